/** `oncehook verify --vectors`: one line for each signed request of a file, in order, for comparing verifiers. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import standardwebhooks from '../../lambdas/providers/standardwebhooks.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { meaningOf } from '../../ops/reason-words.ts';
import type { Vector } from '../../ops/vector.ts';
import { describeWhere } from '../not-run.ts';
import { BODY, SIGNED_AT, signed } from './captured-request.ts';
import { runCommand } from './run-command.ts';

const FILE = join(import.meta.dirname, '..', '..', '..', 'shared', 'vectors', 'signed-requests.jsonl');
const SECRET = 'whsec_oKKGlCcY7vsX5WRTrBAtUOOlyM9NIsFi';

const line = {
  provider: 'stripe',
  name: 'valid',
  headers: signed(stripe, { secret: SECRET }).headers,
  body: BODY,
  url: 'https://hooks.shop.example/stripe',
  secrets: [SECRET],
  now: SIGNED_AT,
};

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'oncehook-vectors-'));
});

afterAll(() => rmSync(directory, { recursive: true }));

function judge(lines: readonly unknown[], argv: readonly string[] = []) {
  const texts = lines.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  writeFileSync(join(directory, 'v.jsonl'), texts.join('\n'));
  return runCommand(['verify', '--vectors', 'v.jsonl', ...argv], { directory });
}

const printed = (out: string) => out.split('\n').filter((text) => text !== '');

describe('oncehook verify --vectors', () => {
  it('answers each line with one, in order and in one form', async () => {
    const { code, out } = await judge([line, '', { ...line, name: 'forged', body: '{}' }, { ...line, provider: 'nobody', extra: 1 }]);
    expect(code).toBe(0);
    expect(printed(out)).toEqual([
      '{"provider":"stripe","name":"valid","valid":true,"eventIds":["evt_1"],"eventType":"charge.refunded","reason":null}',
      '{"provider":"stripe","name":"forged","valid":false,"eventIds":[],"eventType":null,"reason":"no-match"}',
      '{"provider":"nobody","name":"valid","valid":false,"eventIds":[],"eventType":null,"reason":"unknown-provider"}',
    ]);
  });

  it('gives no id and no type where the provider gave none', async () => {
    const secret = Buffer.alloc(24, 1).toString('base64');
    const untyped = {
      ...line,
      provider: 'standardwebhooks',
      ...signed(standardwebhooks, { secret, body: '{}' }),
      body: '{}',
      secrets: [secret],
    };
    const odd = { ...line, ...signed(stripe, { secret: SECRET, body: '{}' }), body: '{}' };
    const [first, second] = printed((await judge([untyped, odd])).out).map((text) => JSON.parse(text));
    expect(first).toMatchObject({ valid: true, eventIds: ['msg_1'], eventType: null, reason: null });
    expect(second).toMatchObject({ valid: true, eventIds: [], eventType: null, reason: null });
  });

  it.each([
    ['is not JSON', '{"provider":', 'v.jsonl, line 3, is not JSON'],
    ['is no object', '[]', 'v.jsonl, line 3: Invalid input: expected object, received array'],
    ['lacks a member', { ...line, now: undefined }, 'v.jsonl, line 3: now: '],
    ['has a header that is no text', { ...line, headers: { a: 1 } }, 'v.jsonl, line 3: headers.a: '],
    ['has a URL that is none', { ...line, url: '/stripe' }, 'v.jsonl, line 3: url: is no URL'],
    ['has secrets that are no list', { ...line, secrets: SECRET }, 'v.jsonl, line 3: secrets: '],
  ])('prints nothing but the number of a line that %s', async (_, bad, says) => {
    const { code, out, err } = await judge([line, '', bad]);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(says);
    expect(err).not.toContain(SECRET);
  });

  it.each([[['stripe']], [['--json']], [['--secret-file', 'x']]])('takes %j beside it for wrong use', async (argv) => {
    const { code, err } = await judge([line], argv);
    expect(code).toBe(2);
    expect(err).toContain('give no provider and no other option with it');
  });

  it('says which file it cannot read', async () => {
    const { code, err } = await runCommand(['verify', '--vectors', 'none.jsonl'], { directory });
    expect(code).toBe(2);
    expect(err).toContain('--vectors names "none.jsonl", which cannot be read: ENOENT');
  });
});

type Expected = Vector & {
  readonly valid: boolean;
  readonly level: string;
  readonly eventId: string | null;
  readonly eventIds?: string[];
  readonly eventType: string | null;
};

describeWhere({ holds: () => existsSync(FILE), reason: 'the signed requests are not beside the repository' }, 'the signed requests', () => {
  it('are judged as their file says, line by line, except where a quirk of an SDK allows another answer', async () => {
    const { code, out } = await runCommand(['verify', '--vectors', FILE]);
    expect(code).toBe(0);
    const expected = printed(readFileSync(FILE, 'utf8')).map((text) => JSON.parse(text) as Expected);
    const verdicts = printed(out).map((text) => JSON.parse(text));
    expect(verdicts.map(({ provider, name }) => [provider, name])).toEqual(expected.map(({ provider, name }) => [provider, name]));
    const musts = expected.flatMap((vector, index) =>
      vector.level === 'must' && verdicts[index].reason !== 'unknown-provider' ? [{ vector, verdict: verdicts[index] }] : [],
    );
    expect(musts.length).toBeGreaterThan(30);
    for (const { vector, verdict } of musts) expect(verdict).toMatchObject(answerTo(vector));
    const reasons = new Set(verdicts.map(({ reason }) => reason ?? 'no-match').filter((reason) => reason !== 'unknown-provider'));
    expect([...reasons].filter((reason) => meaningOf(reason) === meaningOf('no such word'))).toEqual([]);
  });
});

function answerTo({ provider, name, valid, eventId, eventIds, eventType }: Expected): object {
  if (!valid) return { provider, name, valid, eventIds: [], eventType: null, reason: expect.any(String) };
  // A provider without a name for its events has null or nothing there.
  return { provider, name, valid, eventIds: eventIds ?? (eventId ? [eventId] : []), eventType, reason: null };
}
