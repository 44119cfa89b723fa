/** Events that are authentic JSON and yet want to be something else: another event, another account, a name of ours. */
import { eventText, eventWith, type HostileRequest, httpBytes, type Maker, stripeRequest, type Wire } from './hostile-request.ts';

type Given = { readonly [name: string]: unknown };

const one = (title: string, body: (maker: Maker) => string, kept: Pick<HostileRequest, 'events' | 'quarantined'>): HostileRequest => ({
  title,
  wire: (maker) => stripeRequest(maker, { body: body(maker) }),
  statuses: [200],
  ...kept,
});
const event = (title: string, given: Given) => one(title, (maker) => eventText(maker, given), { events: 1 });
const odd = (title: string, given: Given) => one(title, (maker) => eventText(maker, given), { quarantined: 1 });
const raw = (title: string, json: string, given: Given = {}) => one(title, (maker) => eventWith(maker, json, given), { events: 1 });

/** Several requests on one connection, in turn. */
const several = (
  title: string,
  bodies: (maker: Maker) => readonly string[],
  kept: Pick<HostileRequest, 'events' | 'quarantined'>,
): HostileRequest => ({
  title,
  wire: (maker) => together(bodies(maker).map((body, index, all) => stripeRequest(maker, { body, keepAlive: index < all.length - 1 }))),
  statuses: [200, 200],
  ...kept,
});
const together = (requests: readonly Uint8Array[]): Wire => ({ pieces: requests });
/** Both with the same id. */
const twins = (title: string, events: number, first: Given, second: Given) =>
  several(
    title,
    (maker) => {
      const id = maker.id();
      return [eventText(maker, { id, ...first }), eventText(maker, { id, ...second })];
    },
    { events },
  );

const identities: readonly HostileRequest[] = [
  odd('an id with our separator', { id: 'evt_1#live' }),
  odd('an id that names another source and mode', { id: 'stripe#-#live#evt_1' }),
  odd('an id with a zero', { id: 'evt\u0000' }),
  odd('an id beyond ASCII', { id: 'évt_1' }),
  odd('an id that looks like another in Cyrillic', { id: 'еvt_1' }),
  odd('an id of 256 letters', { id: 'x'.repeat(256) }),
  odd('an empty id', { id: '' }),
  odd('an id of spaces', { id: '   ' }),
  odd('true for an id', { id: true }),
  odd('an object for an id', { id: { toString: 'evt_1' } }),
  odd('a lone surrogate for an id', { id: '\ud800' }),
  event('an id of 255 letters', { id: `evt_${'x'.repeat(251)}` }),
  event('__proto__ for an id', { id: '__proto__' }),
  event('the id of what we publish', { id: 'sha256:0000' }),
  one('no id but one in the prototype', () => '{"__proto__":{"id":"evt_proto"},"type":"charge.succeeded","livemode":false}', {
    quarantined: 1,
  }),
  one('an id in the second place under an escaped name', (maker) => eventText(maker).replace('{', '{"\\u0069d":"evt_escaped",'), {
    events: 1,
  }),
  one('two ids, the last one odd', (maker) => eventText(maker).replace(/\}$/, ',"id":"#"}'), { quarantined: 1 }),
  several(
    'the same two ids with other first ones',
    (maker) => {
      const body = eventText(maker);
      return [body.replace('{', '{"id":"evt_a",'), body.replace('{', '{"id":"evt_b",')];
    },
    { events: 1 },
  ),
];

const accounts: readonly HostileRequest[] = [
  odd('the account -', { account: '-' }),
  odd('an account with our separator', { account: 'acct_1#test' }),
  odd('a list of accounts', { account: ['acct_1'] }),
  odd('a number for an account', { account: 1 }),
  odd('an account that begins with a dot', { account: '../acct_1' }),
  odd('an empty account', { account: '' }),
  event('null for an account', { account: null }),
  event('an account named like a mode', { account: 'live' }),
  twins('one id in two accounts', 2, { account: 'acct_1' }, { account: 'acct_2' }),
  twins('one id in an account and in none', 2, { account: 'acct_1' }, {}),
  twins('one id, live and test', 2, { livemode: true }, { livemode: false }),
  twins('an account in other letters', 2, { account: 'acct_x' }, { account: 'ACCT_X' }),
];

const duplicates: readonly HostileRequest[] = [
  twins('one event twice', 1, {}, {}),
  twins('one event with another counter', 1, { pending_webhooks: 2 }, { pending_webhooks: 0 }),
  twins(
    'one id with another amount',
    1,
    { data: { object: { id: 'ch_1', amount: 1 } } },
    { data: { object: { id: 'ch_1', amount: 999 } } },
  ),
  twins('one id with another type', 1, { type: 'charge.succeeded' }, { type: 'charge.failed' }),
  twins('one id, first whole and then without data', 1, {}, { data: undefined }),
  several(
    'one event with its members in another order',
    (maker) => {
      const body = eventText(maker);
      const members = Object.entries(JSON.parse(body) as object).reverse();
      return [body, JSON.stringify(Object.fromEntries(members), null, 4)];
    },
    { events: 1 },
  ),
  several(
    'one odd body twice',
    (maker) => [`no json ${maker.id()}`, `no json ${maker.nowSeconds}`].map(() => `no json ${maker.nowSeconds}`),
    { quarantined: 1 },
  ),
  {
    title: 'one event signed with each of two secrets',
    wire: (maker) => {
      const body = eventText(maker);
      return together([
        stripeRequest(maker, { body, keepAlive: true }),
        stripeRequest(maker, { body, secret: maker.secrets.older, seconds: -60 }),
      ]);
    },
    statuses: [200, 200],
    events: 1,
  },
  {
    title: 'a captured request sent again with the clock turned on',
    wire: (maker) => {
      const body = eventText(maker);
      return together([stripeRequest(maker, { body, keepAlive: true }), stripeRequest(maker, { body, seconds: 310 })]);
    },
    statuses: [200, 401],
    events: 1,
  },
];

const types: readonly HostileRequest[] = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'].map((type) => event(`the type ${type}`, { type })),
  ...['oncehook.quarantine', 'ledger.entry-posted', 'quarantine', '*', 'charge.*'].map((type) =>
    event(`our own word ${type} for a type`, { type }),
  ),
  event('a type of 128 letters', { type: 't'.repeat(128) }),
  odd('a type of 129 letters', { type: 't'.repeat(129) }),
  odd('an empty type', { type: '' }),
  odd('a type with a line break', { type: 'charge\r\nx-injected: 1' }),
  odd('a type with a terminal colour', { type: '\u001b[31mcharge' }),
  odd('a list for a type', { type: ['charge.succeeded'] }),
  odd('a number for a type', { type: 1 }),
];

const members: readonly HostileRequest[] = [
  odd('"false" for the mode', { livemode: 'false' }),
  odd('0 for the mode', { livemode: 0 }),
  odd('null for the mode', { livemode: null }),
  odd('a time in words', { created: 'now' }),
  odd('a time before all times', { created: -1 }),
  odd('a time with a fraction', { created: 1.5 }),
  odd('a time beyond the year 9999', { created: 253_402_300_800 }),
  odd('a subject with a line break', { data: { object: { id: 'ch\r\n1' } } }),
  odd('a number for a subject', { data: { object: { id: 1 } } }),
  event('no time', { created: undefined }),
  event('no data', { data: undefined }),
  event('null for data', { data: null }),
  event('a list for data', { data: [1, 2] }),
  event('data inside data', { data: { data: { data: {} } } }),
  raw('numbers beyond every bound', '[1e400,-1e400,9007199254740993,0.1,-0,1E+2]'),
  raw('members of a prototype', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  raw('characters that XML has not', '"\\u0000\\u0008\\ufffe\\uffff\\ud800"'),
  raw('a text that turns its direction', '"\u202e\u2066evil\u2069"'),
  raw('a card number', '"4111 1111 1111 1111"'),
  raw('a card number without spaces', '{"pan":"4242424242424242","cvc":"123"}'),
  raw('a line of a log', '"\\n{\\"level\\":\\"ERROR\\",\\"message\\":\\"injected by a sender\\"}"'),
  raw('an expression of a template', '"${jndi:ldap://127.0.0.1/a} {{7*7}} <%= 7 %>"'),
  raw('a query of a database', '"\'; DROP TABLE events; --"'),
  raw('the attribute names of an item', '{"pk":"stripe#-#live#evt_1","sk":"x","to":["ledger@1"],"payload":""}'),
  raw('the same name 1,000 times', `{${'"a":1,'.repeat(999)}"a":2}`),
];

const otherSources: readonly HostileRequest[] = [
  {
    title: 'a live event at an endpoint for test events',
    wire: (maker) =>
      stripeRequest(maker, { target: '/webhooks/stripe-test', secret: maker.secrets.test, body: eventText(maker, { livemode: true }) }),
    statuses: [200],
    quarantined: 1,
  },
  {
    title: 'one event at two sources, signed for each',
    wire: (maker) => {
      const body = eventText(maker);
      const second = { target: '/webhooks/stripe-test', secret: maker.secrets.test };
      return together([stripeRequest(maker, { body, keepAlive: true }), stripeRequest(maker, { body, ...second })]);
    },
    statuses: [200, 200],
    events: 2,
  },
  {
    title: 'a request of one source replayed at the other',
    wire: (maker) => stripeRequest(maker, { target: '/webhooks/stripe-test' }),
    statuses: [401],
  },
  { title: 'an event that nobody signed at all', wire: (maker) => httpBytes({ body: eventText(maker) }), statuses: [401] },
];

export const HOSTILE_EVENTS: readonly HostileRequest[] = [...identities, ...accounts, ...duplicates, ...types, ...members, ...otherSources];
