/** A local stack's front door without a stack behind it: it describes itself, and records the webhooks it is sent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
};

export type FakeStack = {
  readonly url: string;
  readonly received: Received[];
  close(): Promise<void>;
};

export const SECRET = 'whsec_fake';

/** With a queue `search` that somebody else reads. */
export function withQueue(description: object): object {
  const search = { name: 'search', address: 'search@1', queueUrl: 'q/search', queueArn: 'arn:search', deadLetterUrl: 'q/search-dead' };
  const { outputs } = description as { readonly outputs: object };
  return { ...description, outputs: { ...outputs, QueueSearch: JSON.stringify(search) } };
}

/** `statuses` are the answers to the webhooks in turn; the last one stays. `describe` may change what the stack says of itself. */
export async function startFakeStack(
  options: { readonly statuses?: readonly number[]; readonly describe?: (description: object) => unknown } = {},
): Promise<FakeStack> {
  const received: Received[] = [];
  const statuses = [...(options.statuses ?? [200])];
  const server = createServer((request, response) => {
    if (request.url === '/__oncehook/outputs') {
      const answer = (options.describe ?? ((same) => same))(description(`http://${request.headers.host}`));
      response.setHeader('content-type', 'application/json').end(typeof answer === 'string' ? answer : JSON.stringify(answer));
      return;
    }
    void record(request, response, { received, status: statuses.length > 1 ? (statuses.shift() ?? 200) : (statuses[0] ?? 200) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function record(request: IncomingMessage, response: ServerResponse, at: { received: Received[]; status: number }): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  at.received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
  response.writeHead(at.status).end();
}

function description(url: string): object {
  const consumer = (name: string, table: string) =>
    JSON.stringify({
      name,
      address: `${name}@1`,
      queueUrl: `q/${name}`,
      deadLetterUrl: `q/${name}-dead`,
      tables: { [table]: `${table}-1` },
    });
  const source = (name: string, provider: string) =>
    JSON.stringify({ source: name, provider, url: `${url}/webhooks/${name}`, secretId: `secret/${name}` });
  return {
    engine: 'real',
    region: 'us-east-1',
    outputs: {
      WebhookUrlStripe: `${url}/webhooks/stripe`,
      EventsTable: 'Events-1',
      OutboxTable: 'Outbox-1',
      InboxTable: 'Inbox-1',
      SettlementTable: 'Settlement-1',
      SourceStripe: source('stripe', 'stripe'),
      SourcePolar: source('polar', 'standardwebhooks'),
      ConsumerLedger: consumer('ledger', 'Ledger'),
      ConsumerReceipts: consumer('receipts', 'Receipts'),
      RelayFailuresUrl: 'q/relay-failures',
    },
    endpoints: { dynamodb: 'http://127.0.0.1:1', sqs: 'http://127.0.0.1:1', secretsmanager: 'http://127.0.0.1:1' },
    credentials: { accessKeyId: 'operator', secretAccessKey: 'local' },
  };
}
