/** The code of docs/effects-elsewhere.md does what the page says, as it stands there. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { QueueConsumer } from '../../lambdas/core/define-queue.ts';
import type { OutboxRecord } from '../../lambdas/core/outbox.ts';
import { isoTime, outboxPartition } from '../../lambdas/core/time.ts';
import { outboxRecord } from '../core/outbox-record.ts';
import { describeWhere } from '../not-run.ts';
import { openForeignQueue } from './foreign-queue.ts';
import { codeOf, defaultOf } from './page-code.ts';
import { postgresFolder, startPostgres } from './postgres.ts';

const PAGE = 'effects-elsewhere.md';
const root = join(import.meta.dirname, '..', '..');
const [, warehouse = ''] = codeOf(PAGE, 'ts', 2);
const [schema = ''] = codeOf(PAGE, 'sql', 1);
const [reader = ''] = codeOf(PAGE, 'js', 1);
const [python = ''] = codeOf(PAGE, 'python', 1);

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'oncehook-page-'));
}

/** Payments of 1, 2, 3 … and their sum. */
function payments(count: number): { readonly records: readonly OutboxRecord[]; readonly sum: number } {
  const records = Array.from({ length: count }, (_, index) => {
    const id = `stripe#-#live#evt_${index}`;
    const data = { data: { object: { id: `pi_${index}`, amount_received: index + 1, currency: 'usd' } } };
    return outboxRecord(JSON.stringify(data), { id, partition: outboxPartition(0, id), receivedAt: isoTime(0), to: ['warehouse@1'] });
  });
  return { records, sum: (count * (count + 1)) / 2 };
}

describe('the queue of the page', () => {
  it('is what the readers below are delivered to', async () => {
    expect(await defaultOf<QueueConsumer>(warehouse)).toMatchObject({ name: 'warehouse', epoch: 1, settled: false });
  });
});

describeWhere(
  { holds: () => postgresFolder() !== undefined, reason: 'PostgreSQL is not on this machine', requiredInCi: true },
  'the reader of the page that writes to PostgreSQL',
  () => {
    it('books each payment once, although each comes three times, effects fail, and readers end between their commit and their delete', async () => {
      const postgres = await startPostgres();
      const queue = await openForeignQueue({ DATABASE_URL: postgres.url });
      const client = new pg.Client(postgres.url);
      await client.connect();
      try {
        await client.query(schema);
        await client.query(FAILS_AT_FIRST);
        const folder = temporaryFolder();
        const file = join(folder, 'reader.mjs');
        symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
        // The page's reader says that it failed; here it is meant to.
        writeFileSync(file, reader.replace('console.error', '(() => {})'));
        const { records, sum } = payments(25);
        await queue.deliver(records, 3);

        await queue.readBy(() => [process.execPath, file], [4, 1, undefined, undefined]);

        const { rows: booked } = await client.query('SELECT currency, amount::int FROM revenue');
        const { rows: seen } = await client.query('SELECT count(*)::int FROM seen');
        expect({ booked, seen }).toEqual({ booked: [{ currency: 'usd', amount: sum }], seen: [{ count: 25 }] });
      } finally {
        await client.end();
        await queue.stop();
        await postgres.stop();
      }
    });
  },
);

/** Each copy of the first payment fails once, after its row was inserted; a sequence is not taken back with a transaction. */
const FAILS_AT_FIRST = `
  CREATE SEQUENCE tries;
  CREATE FUNCTION fail_at_first() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.amount = 1 AND nextval('tries') <= 3 THEN RAISE EXCEPTION 'not yet'; END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER fails BEFORE INSERT ON revenue FOR EACH ROW EXECUTE FUNCTION fail_at_first();`;

describeWhere(
  { holds: hasPython, reason: 'Python 3 is not on this machine', requiredInCi: true },
  'the reader of the page in Python',
  () => {
    it('books each payment once, a large one too, although each comes twice, effects fail, and readers end between their commit and their delete', async () => {
      const folder = temporaryFolder();
      const [database, file] = [join(folder, 'books.db'), join(folder, 'reader.py')];
      writeFileSync(file, `${python}\n${PYTHON_MAIN}`);
      const run = (text: string) => execFileSync('python3', ['-c', text, database], { encoding: 'utf8' });
      run(`import sqlite3, sys\nsqlite3.connect(sys.argv[1]).executescript(${JSON.stringify(schema)})`);
      const queue = await openForeignQueue({ DATABASE: database });
      try {
        const { records, sum } = payments(12);
        const large = { data: { object: { amount_received: 1_000_000, currency: 'usd', note: 'x'.repeat(210_000) } } };
        const odd = { data: { object: { amount_received: 2_000_000, currency: 'usd', note: '\u0000' } } };
        const more = [large, odd].map((data, index) => {
          const id = `stripe#-#live#more_${index}`;
          return outboxRecord(JSON.stringify(data), { id, partition: outboxPartition(0, id), to: ['warehouse@1'] });
        });
        await queue.deliver([...records, ...more], 2);

        await queue.readBy(() => ['python3', file], [3, undefined]);

        const select = 'SELECT currency, amount, (SELECT count(*) FROM seen) FROM revenue';
        expect(run(`import sqlite3, sys\nprint(sqlite3.connect(sys.argv[1]).execute("${select}").fetchall())`).trim()).toBe(
          `[('usd', ${sum + 3_000_000}, 14)]`,
        );
      } finally {
        await queue.stop();
      }
    });
  },
);

function hasPython(): boolean {
  try {
    return (
      execFileSync('python3', ['-c', 'import sqlite3; print(sqlite3.sqlite_version_info >= (3, 24))'], { encoding: 'utf8' }).trim() ===
      'True'
    );
  } catch {
    return false;
  }
}

/** Clients with boto3's names for the same calls, and an effect that fails once for each copy of the first payment, in each process. */
const PYTHON_MAIN = `
import os, sqlite3, urllib.request

class Client:
    def __init__(self, service):
        self.service = service

    def __getattr__(self, name):
        operation = "".join(part.title() for part in name.split("_"))
        headers = {"x-amz-target": self.service + "." + operation, "content-type": "application/x-amz-json-1.0"}
        def call(**given):
            request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], json.dumps(given).encode(), headers)
            answer = json.load(urllib.request.urlopen(request))
            stored = answer.get("Item", {}).get("payload")
            if stored is not None:
                stored["B"] = base64.b64decode(stored["B"])
            return answer
        return call

failures = 2

def book(cursor, data):
    global failures
    data = json.loads(data) if isinstance(data, bytes) else data
    payment = data["data"]["object"]
    if payment["amount_received"] == 1 and failures > 0:
        failures -= 1
        raise RuntimeError("not yet")
    row = (payment["currency"], payment["amount_received"])
    cursor.execute("INSERT INTO revenue VALUES (?, ?) ON CONFLICT (currency) DO UPDATE SET amount = amount + excluded.amount", row)

logging.disable()
db = sqlite3.connect(os.environ["DATABASE"], timeout=20)
while True:
    read(Client("AmazonSQS"), os.environ["QUEUE_URL"], db, book, lambda event: payload_of(event, Client("DynamoDB_20120810"), "Outbox"))
`;
