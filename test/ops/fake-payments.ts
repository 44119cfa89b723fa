/** A stack's payments API without a stack behind it: each request gets the next of the given answers; the last one stays. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type PaymentsAnswer = { readonly status: number; readonly body: object };

export type FakePayments = {
  /** `http://127.0.0.1:port/payments` */
  readonly url: string;
  readonly asked: { readonly method: string; readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }[];
  answers(...given: readonly PaymentsAnswer[]): void;
  close(): Promise<void>;
};

export const PROVIDER = {
  provider: 'stripe',
  mode: 'test',
  source: 'stripe',
  secretId: 'secret/payments/stripe',
  reconcileFunction: 'f',
  chargeQueueUrl: 'q/charge',
  chargeDeadLetterUrl: 'q/charge-dead',
  confirmQueueUrl: 'q/confirm',
  confirmDeadLetterUrl: 'q/confirm-dead',
};

/** What the stack says of itself, with payments at this address. */
export function withPayments(description: object, url: string): object {
  const { outputs } = description as { readonly outputs: object };
  const own = {
    PaymentsUrl: url,
    PaymentsTable: 'Payments-1',
    ReconciliationTable: 'Reconciliation-1',
    PaymentsStripe: JSON.stringify(PROVIDER),
  };
  return { ...description, outputs: { ...outputs, ...own } };
}

export async function startFakePayments(): Promise<FakePayments> {
  const asked: FakePayments['asked'] = [];
  let waiting: PaymentsAnswer[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    asked.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
    const answer = (waiting.length > 1 ? waiting.shift() : waiting[0]) ?? { status: 404, body: { message: 'Not Found' } };
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/payments`,
    asked,
    answers: (...given) => {
      waiting = [...given];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
