/** The consumer of docs/effects-elsewhere.md that sends mails, as it stands there, over real connections to a service on loopback. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import type { Consumer } from '../../lambdas/core/contracts.ts';
import { messageOf } from '../contracts/consumer-sample.ts';
import { createOutsideBench } from '../pipeline/outside-bench.ts';
import type { VirtualClock } from '../pipeline/virtual-clock.ts';
import { codeOf, defaultOf } from './page-code.ts';

const [mails = ''] = codeOf('effects-elsewhere.md', 'ts', 2);

type Mail = { readonly key: string; readonly reference: string };

describe('the consumer of the page that sends mails', () => {
  let server: Server | undefined;
  const sent: Mail[] = [];
  /** The answers to the next requests instead of its own; 0 carries the request out and cuts the connection. */
  const statuses: number[] = [];
  const asked: { readonly method: string; readonly authorization: string; readonly body: string }[] = [];

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    for (const list of [sent, statuses, asked]) list.length = 0;
  });

  async function consumer(): Promise<Consumer> {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      asked.push({ method: request.method ?? '', authorization: request.headers.authorization ?? '', body });
      const status = statuses.shift();
      if (status !== undefined && status > 0) return void response.writeHead(status).end();
      if (request.method === 'GET') {
        const reference = new URL(request.url ?? '', 'http://mail').searchParams.get('reference');
        return void response.end(JSON.stringify(sent.flatMap((mail, id) => (mail.reference === reference ? [{ id: `m${id}` }] : []))));
      }
      const key = String(request.headers['idempotency-key']);
      if (!sent.some((mail) => mail.key === key)) sent.push({ key, reference: JSON.parse(body).reference });
      if (status === 0) return void request.socket.destroy();
      response.end(JSON.stringify({ id: `m${sent.findIndex((mail) => mail.key === key)}` }));
    });
    const listening = server;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const { port } = listening.address() as AddressInfo;
    return defaultOf<Consumer>(mails.replace('https://mail.example', `http://127.0.0.1:${port}`));
  }

  const message = (data: object = { customer: 'cus_1' }) =>
    messageOf(
      { provider: 'stripe', type: 'payment_intent.succeeded', subject: 'pi_1', identity: '1', data: { data: { object: data } } },
      'mails@1',
    );
  const secret = JSON.stringify({ active: [{ id: '1', secret: 'key_of_the_service' }] });

  it('sends one mail, whatever of it is lost, with its API key, and freezes no more than references', async () => {
    const deployed = await consumer();
    const bench = await createOutsideBench({ table: 'Mails', clock: realClock() });
    statuses.push(503, 0, 401);
    for (let receives = 1; receives <= 3; receives += 1)
      expect(await bench.deliver([message()], { consumer: deployed, secret, receives })).not.toEqual(DONE);
    expect(await bench.deliver([message()], { consumer: deployed, secret, receives: 4 })).toEqual(DONE);
    expect({ sent: sent.length, asked: asked.length }).toEqual({ sent: 1, asked: 4 });
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer key_of_the_service']));
    const frozen = { to: 'cus_1', template: 'paid', reference: 'stripe#-#live#evt_1' };
    expect(asked.map(({ body }) => JSON.parse(body))).toEqual(Array(4).fill(frozen));
    expect(await bench.items('Mails')).toEqual([{ pk: 'mails@1#stripe#-#live#evt_1', sk: 'mail', id: 'm0' }]);
  });

  it.each([
    ['a refusal of the service', { customer: 'cus_1' }, [422], 'MAIL_REFUSED'],
    ['a payment without a customer', {}, [], 'NO_CUSTOMER'],
  ])('takes %s for final', async (_, data, answers, code) => {
    const deployed = await consumer();
    const bench = await createOutsideBench({ table: 'Mails', clock: realClock() });
    statuses.push(...answers);
    expect(await bench.deliver([message(data)], { consumer: deployed, secret })).toEqual(DONE);
    expect((await bench.items('inbox')).filter(({ kind }) => kind === 'event')).toMatchObject([{ outcome: 'rejected', code }]);
  });

  it('looks up what became of a mail once the key is a day old, and sends it only where there is none', async () => {
    for (const lost of [503, 0]) {
      const deployed = await consumer();
      const bench = await createOutsideBench({ table: 'Mails', clock: realClock() });
      statuses.push(lost, 503);
      await bench.deliver([message()], { consumer: deployed, secret });
      bench.clock.advance(86_400_000);
      expect(await bench.deliver([message()], { consumer: deployed, secret, receives: 2 })).not.toEqual(DONE);
      expect(await bench.deliver([message()], { consumer: deployed, secret, receives: 3 })).toEqual(DONE);
      expect(asked.map(({ method }) => method)).toEqual(lost === 0 ? ['POST', 'GET', 'GET'] : ['POST', 'GET', 'GET', 'POST']);
      expect(sent).toHaveLength(1);
      for (const list of [sent, statuses, asked]) list.length = 0;
      server?.closeAllConnections();
      server?.close();
    }
  });
});

const DONE = { batchItemFailures: [] };

/** It goes by itself, and can be put forward. */
function realClock(): VirtualClock {
  let aheadMillis = 0;
  return {
    nowMillis: () => systemClock.nowMillis() + aheadMillis,
    sleep: systemClock.sleep,
    advance: (millis) => {
      aheadMillis += millis;
    },
    sleeping: () => 0,
  };
}
