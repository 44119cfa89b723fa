/** Write units of one event at ingest, on real captured bodies: what the deployed handler writes, sized by the rules. */
import { existsSync, readFileSync } from 'node:fs';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import { DICTIONARY_VERSION_WRITTEN, openDictionary, type StoredDictionary } from '../../lambdas/core/dictionary.ts';
import type { FrozenTransaction, Item } from '../../lambdas/core/ports.ts';
import type { Provider } from '../../lambdas/core/provider.ts';
import { createIngest } from '../../lambdas/pipeline/ingest.ts';
import { fixtureOf } from '../../ops/fixtures/fixture-of.ts';
import { itemBytes, transactionalWriteUnits } from './item-size.ts';

export type UnitsRow = {
  readonly provider: string;
  readonly kind: string;
  /** The dictionary was made from events of this type, though never from this one. */
  readonly known: boolean;
  readonly bodyBytes: number;
  readonly storedBytes: number;
  /** The whole outbox item. */
  readonly itemBytes: number;
  readonly units: number;
};

type Capture = { readonly provider: string; readonly file: string; readonly headers: Record<string, string>; readonly body: unknown };

const ROOT = new URL('../../', import.meta.url);
const SAMPLES = new URL('../shared/samples/webhook-payloads.jsonl', ROOT);

/** One row an event of a captured body of a provider there is; undefined where the captures are not on this machine. */
export async function measureWriteUnits(): Promise<readonly UnitsRow[] | undefined> {
  if (!existsSync(SAMPLES)) return undefined;
  const captures = readFileSync(SAMPLES, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Capture);
  const rows: UnitsRow[] = [];
  for (const capture of captures) {
    if (existsSync(new URL(`lambdas/providers/${capture.provider}.ts`, ROOT))) rows.push(...(await measure(capture)));
  }
  return rows;
}

async function measure({ provider: name, file, headers, body }: Capture): Promise<UnitsRow[]> {
  const { default: provider } = (await import(`../../lambdas/providers/${name}.ts`)) as { default: Provider };
  // Stripe indents its bodies; the others send one line.
  const text = JSON.stringify(body, null, name === 'stripe' ? 2 : undefined);
  const types = (await fixtureOf(name))?.types ?? [];
  const transactions = await ingested(provider, { headers, text });
  return transactions.map(({ actions }) => {
    const items = actions.flatMap((action): Item[] => (action.kind === 'put' ? [action.item] : []));
    const payload = items[1]?.['payload'];
    return {
      provider: name,
      kind: file,
      known: types.includes(String(items[0]?.['type'])),
      bodyBytes: Buffer.byteLength(text),
      storedBytes: payload instanceof Uint8Array ? payload.byteLength : 0,
      itemBytes: itemBytes(items[1] ?? {}),
      units: items.reduce((sum, item) => sum + transactionalWriteUnits(item), 0),
    };
  });
}

/** What the handler sends for this body. The captures' signatures fit their own bytes only, so none is asked for here. */
async function ingested(provider: Provider, request: { headers: Record<string, string>; text: string }): Promise<FrozenTransaction[]> {
  const transactions: FrozenTransaction[] = [];
  const stored = await dictionaryOf(provider.name);
  const { keys: _keys, ...unkeyed } = provider;
  const ingest = createIngest(
    {
      source: provider.name,
      provider: { ...unkeyed, verify: () => ({ valid: true, secretId: 'bench' }) },
      routes: [{ address: 'ledger@1', subscribes: { [provider.name]: ['*'] } }],
      tables: { events: 'E', outbox: 'O' },
      secretId: 's',
      dictionary: stored === undefined ? undefined : openDictionary(stored),
    },
    {
      store: {
        transact: async (transaction) => {
          transactions.push(transaction);
          return { kind: 'committed' };
        },
        get: async () => undefined,
      },
      secrets: { current: async () => JSON.stringify({ active: [{ id: 'bench', secret: 'bench' }] }) },
      clock: systemClock,
      random: systemRandom,
      telemetry: { count: () => undefined, log: () => undefined, flush: () => undefined },
    },
  );
  const event = { headers: request.headers, body: request.text, isBase64Encoded: false } as unknown as APIGatewayProxyEventV2;
  const { 'content-encoding': _coding, ...headers } = request.headers;
  const answer = await ingest({ ...event, headers }, { getRemainingTimeInMillis: () => 10_000 } as Context);
  if (answer.statusCode !== 200) throw new Error(`A capture of ${provider.name} was answered ${answer.statusCode}.`);
  return transactions;
}

async function dictionaryOf(provider: string): Promise<StoredDictionary | undefined> {
  const file = new URL(`lambdas/dictionaries/${provider}-${DICTIONARY_VERSION_WRITTEN}.ts`, ROOT);
  if (!existsSync(file)) return undefined;
  const { dictionary } = (await import(file.href)) as { dictionary: StoredDictionary };
  return dictionary;
}
