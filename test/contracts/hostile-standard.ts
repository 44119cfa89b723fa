/** Requests at a source of Standard Webhooks, whose id is in a header and whose signed parts are joined by dots. */
import { createHmac } from 'node:crypto';
import { type HostileRequest, httpBytes, type Maker } from './hostile-request.ts';

type Parts = { readonly id: string; readonly time: string; readonly body: string; readonly signature: string };

const BODY = '{"type":"user.created","data":{"id":"usr_1"}}';

function hmac(maker: Maker, text: string): string {
  return createHmac('sha256', Buffer.from(maker.secrets.standard.replace('whsec_', ''), 'base64'))
    .update(text)
    .digest('base64');
}

/** `signed` is what the sender signs, `lines` what it then says. */
function request(
  maker: Maker,
  given: {
    readonly id?: string;
    readonly time?: string;
    readonly lines?: (sound: Parts) => readonly string[];
    readonly body?: string;
    readonly signedBody?: string;
  },
): Buffer {
  const { id = maker.id().replace('evt', 'msg'), time = String(maker.nowSeconds), body = BODY } = given;
  const signature = hmac(maker, `${id}.${time}.${given.signedBody ?? body}`);
  const usual = () => [`webhook-id: ${id}`, `webhook-timestamp: ${time}`, `webhook-signature: v1,${signature}`];
  const lines = (given.lines ?? usual)({ id, time, body, signature });
  return httpBytes({ target: '/webhooks/standard', body, lines: ['content-type: application/json', ...lines] });
}

type Given = Parameters<typeof request>[1];
const refused = (title: string, given: Given | ((maker: Maker) => Given)): HostileRequest => ({
  title: `standard: ${title}`,
  wire: (maker) => request(maker, typeof given === 'function' ? given(maker) : given),
  statuses: [401],
});
const kept = (title: string, what: Pick<HostileRequest, 'events' | 'quarantined'>, given: Given): HostileRequest => ({
  ...refused(title, given),
  statuses: [200],
  ...what,
});
const lines = (build: (sound: Parts) => readonly string[]): Given => ({ lines: build });

export const HOSTILE_STANDARD: readonly HostileRequest[] = [
  kept('nothing wrong', { events: 1 }, {}),
  kept(
    'three signatures, one sound',
    { events: 1 },
    lines((s) => [`webhook-id: ${s.id}`, `webhook-timestamp: ${s.time}`, `webhook-signature: v1,AAAA v1a,BBBB v1,${s.signature}`]),
  ),
  kept(
    'the names in odd case',
    { events: 1 },
    lines((s) => [`Webhook-ID: ${s.id}`, `WEBHOOK-Timestamp: ${s.time}`, `webhook-SIGNATURE: v1,${s.signature}`]),
  ),
  kept('an id with our separator', { quarantined: 1 }, { id: 'msg#1', body: '{"type":"a"}' }),
  kept('an id of 300 letters', { quarantined: 1 }, { id: 'm'.repeat(300), body: '{"type":"b"}' }),
  kept('an id with a space', { quarantined: 1 }, { id: 'msg 1', body: '{"type":"c"}' }),
  refused('an id with a dot', { id: 'msg.1' }),
  refused(
    'no id',
    lines((s) => [`webhook-timestamp: ${s.time}`, `webhook-signature: v1,${s.signature}`]),
  ),
  refused(
    'another id than the signed one',
    lines((s) => ['webhook-id: msg_2', `webhook-timestamp: ${s.time}`, `webhook-signature: v1,${s.signature}`]),
  ),
  refused(
    'the id twice',
    lines((s) => [`webhook-id: ${s.id}`, 'webhook-id: msg_2', `webhook-timestamp: ${s.time}`, `webhook-signature: v1,${s.signature}`]),
  ),
  refused(
    'the time twice',
    lines((s) => [
      `webhook-id: ${s.id}`,
      `webhook-timestamp: ${s.time}`,
      `webhook-timestamp: ${s.time}`,
      `webhook-signature: v1,${s.signature}`,
    ]),
  ),
  refused(
    'the signature twice',
    lines((s) => [
      `webhook-id: ${s.id}`,
      `webhook-timestamp: ${s.time}`,
      `webhook-signature: v1,${s.signature}`,
      `webhook-signature: v1,${s.signature}`,
    ]),
  ),
  refused('the dot moved from the time into the body', (maker) => ({
    lines: (s) => [`webhook-id: ${s.id}`, 'webhook-timestamp: 1', `webhook-signature: v1,${hmac(maker, `${s.id}.1.${BODY}`)}`],
  })),
  refused(
    'only the scheme v1a',
    lines((s) => [`webhook-id: ${s.id}`, `webhook-timestamp: ${s.time}`, `webhook-signature: v1a,${s.signature}`]),
  ),
  refused(
    'the scheme in upper case',
    lines((s) => [`webhook-id: ${s.id}`, `webhook-timestamp: ${s.time}`, `webhook-signature: V1,${s.signature}`]),
  ),
  refused(
    'the signature without its scheme',
    lines((s) => [`webhook-id: ${s.id}`, `webhook-timestamp: ${s.time}`, `webhook-signature: ${s.signature}`]),
  ),
  refused(
    'base64 without its padding',
    lines((s) => [`webhook-id: ${s.id}`, `webhook-timestamp: ${s.time}`, `webhook-signature: v1,${s.signature.replace(/=+$/, '')}`]),
  ),
  refused(
    'base64 with junk in it',
    lines((s) => [`webhook-id: ${s.id}`, `webhook-timestamp: ${s.time}`, `webhook-signature: v1,!${s.signature}`]),
  ),
  refused(
    'the signature in hex',
    lines((s) => [
      `webhook-id: ${s.id}`,
      `webhook-timestamp: ${s.time}`,
      `webhook-signature: v1,${Buffer.from(s.signature, 'base64').toString('hex')}`,
    ]),
  ),
  refused(
    'the headers of Svix',
    lines((s) => [`svix-id: ${s.id}`, `svix-timestamp: ${s.time}`, `svix-signature: v1,${s.signature}`]),
  ),
  refused('signed ten minutes ago', (maker) => ({ time: String(maker.nowSeconds - 600) })),
  refused('signed for ten minutes from now', (maker) => ({ time: String(maker.nowSeconds + 600) })),
  refused('another body', { body: BODY.replace('usr_1', 'usr_2'), signedBody: BODY }),
];
