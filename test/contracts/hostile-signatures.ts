/** Requests with something wrong, or merely unusual, about their signature. */
import { createHash, createHmac } from 'node:crypto';
import { eventText, type HostileRequest, type Maker, type Signing, stripeHmac, stripeRequest } from './hostile-request.ts';

type Header = NonNullable<Signing['header']>;

const accepted = (title: string, given: (maker: Maker) => Signing): HostileRequest => ({
  title,
  wire: (maker) => stripeRequest(maker, given(maker)),
  statuses: [200],
  events: 1,
});

const refused = (title: string, given: (maker: Maker) => Signing): HostileRequest => ({
  title,
  wire: (maker) => stripeRequest(maker, given(maker)),
  statuses: [401],
});

const headed = (title: string, header: Header): HostileRequest => refused(title, () => ({ header }));
const wrongV1 = (title: string, change: (v1: string) => string): HostileRequest =>
  headed(title, ({ t, v1 }) => [`stripe-signature: t=${t},v1=${change(v1)}`]);

/** Signed for the text as it stands and for the number that a lenient reader would make of it. */
const oddTimes = ['abc', '1e9', '-1', '+1', '0x10', '', '%31', 'NaN', 'Infinity', '99999999999999999999'].map((time) =>
  refused(`the time ${JSON.stringify(time)}`, () => ({ time })),
);
const lenientTimes = ([suffix, title]: readonly [string, string]): HostileRequest => ({
  title,
  wire: (maker) => {
    const body = eventText(maker);
    const time = String(maker.nowSeconds);
    const v1 = stripeHmac(maker.secrets.stripe, time, body);
    return stripeRequest(maker, { body, header: () => [`stripe-signature: t=${suffix.replace('N', time)},v1=${v1}`] });
  },
  statuses: [401],
});

const otherWays: readonly HostileRequest[] = [
  refused('a signature of another secret', () => ({ secret: 'whsec_of_somebody_else_0123456789' })),
  refused('the signature of another source of the same provider', ({ secrets }) => ({ secret: secrets.test })),
  refused('a signature of a secret whose time has ended', ({ secrets }) => ({ secret: secrets.ended })),
  refused('an HMAC with an empty key', () => ({ secret: '' })),
  refused('the secret without its prefix', ({ secrets }) => ({ secret: secrets.stripe.replace('whsec_', '') })),
  refused('the secret with a line break', ({ secrets }) => ({ secret: `${secrets.stripe}\n` })),
  refused('one byte of the body changed', (maker) => {
    const body = eventText(maker);
    return { body, signedBody: body.replace('100', '900') };
  }),
  refused('a line break after the body', (maker) => {
    const signedBody = eventText(maker);
    return { signedBody, body: `${signedBody}\n` };
  }),
  refused('the body written anew', (maker) => {
    const body = eventText(maker);
    return { body, signedBody: JSON.stringify(JSON.parse(body), null, 2) };
  }),
  refused('the signature of another event', (maker) => ({ body: eventText(maker), signedBody: eventText(maker) })),
  refused('the signature of an empty body', () => ({ signedBody: '' })),
  wrongV1('63 digits', (v1) => v1.slice(1)),
  wrongV1('65 digits', (v1) => `${v1}0`),
  wrongV1('66 digits', (v1) => `${v1}00`),
  wrongV1('digits in upper case', (v1) => v1.toUpperCase()),
  wrongV1('digits that are none', () => 'z'.repeat(64)),
  wrongV1('no digits at all', () => ''),
  wrongV1('the digits as base64', (v1) => Buffer.from(v1, 'hex').toString('base64')),
  wrongV1('a signature in quotes', (v1) => `"${v1}"`),
  wrongV1('a signature with 0x before it', (v1) => `0x${v1}`),
  ...(['sha1', 'sha512', 'md5'] as const).map((algorithm) => ({
    ...headed(`an HMAC by ${algorithm}`, () => []),
    wire: (maker: Maker) => {
      const body = eventText(maker);
      return stripeRequest(maker, {
        body,
        header: ({ t }) => [`stripe-signature: t=${t},v1=${stripeHmac(maker.secrets.stripe, t, body, algorithm)}`],
      });
    },
  })),
  {
    title: 'a plain hash instead of an HMAC',
    wire: (maker) => {
      const body = eventText(maker);
      return stripeRequest(maker, {
        body,
        header: ({ t }) => [`stripe-signature: t=${t},v1=${createHash('sha256').update(`${t}.${body}`).digest('hex')}`],
      });
    },
    statuses: [401],
  },
  {
    title: 'a signature of the body without the time',
    wire: (maker) => {
      const body = eventText(maker);
      const v1 = createHmac('sha256', maker.secrets.stripe).update(body).digest('hex');
      return stripeRequest(maker, { body, header: ({ t }) => [`stripe-signature: t=${t},v1=${v1}`] });
    },
    statuses: [401],
  },
];

const wrongHeaders: readonly HostileRequest[] = [
  headed('no signature', () => []),
  headed('an empty header', () => ['stripe-signature:']),
  headed('a header of spaces', () => ['stripe-signature:     ']),
  headed('only the time', ({ t }) => [`stripe-signature: t=${t}`]),
  headed('only the signature', ({ v1 }) => [`stripe-signature: v1=${v1}`]),
  headed('a space after the comma', ({ t, v1 }) => [`stripe-signature: t=${t}, v1=${v1}`]),
  headed('semicolons for commas', ({ t, v1 }) => [`stripe-signature: t=${t};v1=${v1}`]),
  headed('names in upper case', ({ t, v1 }) => [`stripe-signature: T=${t},V1=${v1}`]),
  headed('the whole value in quotes', ({ t, v1 }) => [`stripe-signature: "t=${t},v1=${v1}"`]),
  headed('the value percent-encoded', ({ t, v1 }) => [`stripe-signature: ${encodeURIComponent(`t=${t},v1=${v1}`)}`]),
  headed('a byte beyond ASCII', ({ t, v1 }) => [`stripe-signature: t=${t},v1=${v1},é=1`]),
  headed('the time twice', ({ t, v1 }) => [`stripe-signature: t=${t},t=${t},v1=${v1}`]),
  headed('an empty signature beside a sound one', ({ t, v1 }) => [`stripe-signature: t=${t},v1=,v1=${v1}`]),
  headed('only the scheme v0', ({ t, v1 }) => [`stripe-signature: t=${t},v0=${v1}`]),
  headed('only the scheme v1a', ({ t, v1 }) => [`stripe-signature: t=${t},v1a=${v1}`]),
  headed('the same header twice', ({ t, v1 }) => [`stripe-signature: t=${t},v1=${v1}`, `stripe-signature: t=${t},v1=${v1}`]),
  headed('a made-up header before the sound one', ({ t, v1 }) => [`stripe-signature: t=${t},v1=00`, `Stripe-Signature: t=${t},v1=${v1}`]),
  headed('17 signatures, the last one sound', ({ t, v1 }) => [`stripe-signature: t=${t},${`v1=${'0'.repeat(64)},`.repeat(16)}v1=${v1}`]),
  headed('more than 8 KB, the last signature sound', ({ t, v1 }) => [`stripe-signature: t=${t},${'x=1,'.repeat(2_100)}v1=${v1}`]),
  headed('an underscore in the name', ({ t, v1 }) => [`stripe_signature: t=${t},v1=${v1}`]),
  headed('the signature in a cookie', ({ t, v1 }) => [`cookie: stripe-signature=t=${t},v1=${v1}`]),
  headed('the signature under __proto__', ({ t, v1 }) => [`__proto__: t=${t},v1=${v1}`]),
  headed('the signature in x-stripe-signature', ({ t, v1 }) => [`x-stripe-signature: t=${t},v1=${v1}`]),
  headed('the headers of another scheme', ({ t, v1 }) => ['webhook-id: msg_1', `webhook-timestamp: ${t}`, `webhook-signature: v1,${v1}`]),
  {
    title: 'the signature in the query string',
    wire: (maker) => {
      const body = eventText(maker);
      const v1 = stripeHmac(maker.secrets.stripe, String(maker.nowSeconds), body);
      const target = `/webhooks/stripe?stripe-signature=t=${maker.nowSeconds},v1=${v1}`;
      return stripeRequest(maker, { body, target, header: () => [] });
    },
    statuses: [401],
  },
  {
    title: '10,000 signatures',
    wire: (maker) => stripeRequest(maker, { header: ({ t }) => [`stripe-signature: t=${t}${`,v1=${'0'.repeat(64)}`.repeat(10_000)}`] }),
    statuses: [431],
  },
];

const times: readonly HostileRequest[] = [
  refused('signed 301 seconds ago', () => ({ seconds: -301 })),
  // A second may pass on the way, and then 301 would be within the tolerance.
  refused('signed for five minutes from now', () => ({ seconds: 310 })),
  refused('signed a year ago', () => ({ seconds: -365 * 24 * 3600 })),
  refused('signed in milliseconds', ({ nowSeconds }) => ({ time: String(nowSeconds * 1000) })),
  refused('a zero before the time', ({ nowSeconds }) => ({ time: `0${nowSeconds}` })),
  refused('a time with a fraction', ({ nowSeconds }) => ({ time: `${nowSeconds}.0` })),
  accepted('signed 290 seconds ago', () => ({ seconds: -290 })),
  accepted('signed by a clock 290 seconds ahead', () => ({ seconds: 290 })),
  ...oddTimes,
  ...(
    [
      ['Nabc', 'letters after the time'],
      ['N.5', 'a fraction after the time that was signed'],
      ['00N', 'zeros before the time that was signed'],
    ] as const
  ).map(lenientTimes),
];

const sound: readonly HostileRequest[] = [
  accepted('nothing wrong', () => ({})),
  accepted('the name of the header in odd case', () => ({ header: ({ t, v1 }) => [`STRIPE-signaTURE: t=${t},v1=${v1}`] })),
  accepted('white space around the value', () => ({ header: ({ t, v1 }) => [`stripe-signature: \t  t=${t},v1=${v1}   `] })),
  accepted('the signature before the time', () => ({ header: ({ t, v1 }) => [`stripe-signature: v1=${v1},t=${t}`] })),
  accepted('an unknown scheme beside the known one', () => ({ header: ({ t, v1 }) => [`stripe-signature: t=${t},v0=abc,v1=${v1},v9=x`] })),
  accepted('two signatures during a rotation', () => ({
    header: ({ t, v1 }) => [`stripe-signature: t=${t},v1=${'0'.repeat(64)},v1=${v1}`],
  })),
  accepted('16 signatures, the last one sound', () => ({
    header: ({ t, v1 }) => [`stripe-signature: t=${t},${`v1=${'0'.repeat(64)},`.repeat(15)}v1=${v1}`],
  })),
  accepted('the older of two secrets', ({ secrets }) => ({ secret: secrets.older })),
];

export const HOSTILE_SIGNATURES: readonly HostileRequest[] = [...sound, ...wrongHeaders, ...otherWays, ...times];
