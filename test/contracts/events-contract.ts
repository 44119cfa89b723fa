/** The part of the provider contract about `events`: what is understood is named exactly, what is not is odd, and nothing throws. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JSON_DEPTH_MAX, REQUEST_BYTES_MAX } from '../../lambdas/core/limits.ts';
import type { Reading, Verdict } from '../../lambdas/core/provider.ts';
import { fastestMillis } from './fastest.ts';
import { HOSTILE_BODIES, HOSTILE_VALUES } from './hostile-json.ts';
import {
  bytesOf,
  eachOf,
  firstSample,
  NOW_SECONDS,
  namesOf,
  type ProviderFixture,
  readAll,
  rightSecret,
  type Sample,
  signedRequest,
  verifyOptions,
} from './provider-fixture.ts';

export function describeEvents(fixture: ProviderFixture): void {
  const { provider } = fixture;

  it.each(fixture.events)('reads $title', ({ expected, ...sample }) => {
    const request = signedRequest(fixture, sample);
    const readings = provider.events(request);
    expect(readings.map(withoutBytes)).toEqual(
      expected.map((facts) => ({ kind: 'event', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/), ...facts })),
    );
    expect(readings.every(({ bytes }) => isSliceOf(request.body, bytes))).toBe(true);
  });

  it.each(fixture.events)('gives $title the same names and fingerprint when it is sent again later', (sample) => {
    const [first, again] = [NOW_SECONDS, NOW_SECONDS + 3600].map((nowSeconds) =>
      namesOf(provider.events(signedRequest(fixture, sample, nowSeconds))),
    );
    expect(again).toEqual(first);
  });

  eachOf(fixture.odd)('keeps $title as odd: $reason', ({ reason, ...sample }) => {
    const request = signedRequest(fixture, sample);
    expect(wholly(request.body, provider.events(request))).toMatchObject([{ kind: 'odd', reason, bytes: 'the whole body' }]);
  });

  it('reads any bytes without throwing, and what it reads is well formed', () => {
    const bodies = fc.oneof(fc.uint8Array({ maxLength: 500 }), fc.json().map(bytesOf));
    const property = fc.property(bodies, (body) => {
      for (const reading of provider.events(signedRequest(fixture, { ...firstSample(fixture), body }))) expectWellFormed(reading);
    });
    fc.assert(property, { seed: 20_261_123, numRuns: 500 });
  });

  if (fixture.json) describeJson(fixture);
}

/** Jest compares a megabyte byte by byte for seconds. */
function wholly(body: Uint8Array, readings: readonly Reading[]): readonly object[] {
  return readings.map((reading) => ({ ...reading, bytes: Buffer.compare(reading.bytes, body) === 0 ? 'the whole body' : reading.bytes }));
}

function describeJson(fixture: ProviderFixture): void {
  const { provider } = fixture;
  const sample = firstSample(fixture);
  const read = (body: string | Uint8Array) => readAll(fixture, { ...sample, body });
  const secrets = [rightSecret(fixture)];
  const options = verifyOptions(fixture);
  const verified = async (some: Sample): Promise<Verdict> => await provider.verify(signedRequest(fixture, some), secrets, options);

  describe('whose body is JSON', () => {
    it.each(HOSTILE_BODIES)('keeps $title, rightly signed, as odd: $reason', async ({ body, reason }) => {
      expect(await verified({ ...sample, body })).toMatchObject({ valid: true });
      expect(wholly(body, read(body))).toMatchObject([
        { kind: 'odd', reason, bytes: 'the whole body', contentType: 'application/octet-stream' },
      ]);
    });

    it('reads nesting down to the limit, and keeps one level more as odd', () => {
      const nested = (levels: number) => bodyWith(sample, 'nested', `${'['.repeat(levels)}${']'.repeat(levels)}`);
      expect(areEvents(read(nested(JSON_DEPTH_MAX - 1)))).toBe(true);
      expect(read(nested(JSON_DEPTH_MAX))).toMatchObject([{ kind: 'odd', reason: 'too-deep' }]);
    });

    it('does not count brackets inside a text as nesting', () => {
      expect(areEvents(read(bodyWith(sample, 'note', JSON.stringify(`"${'[{'.repeat(1000)}\\`))))).toBe(true);
    });

    it('takes any value in any place: an event or an odd one, never an exception or a polluted prototype', () => {
      for (const body of withEachValueReplaced(sample, HOSTILE_VALUES)) for (const reading of read(body)) expectWellFormed(reading);
      for (const name of ['polluted', 'id', 'type']) expect(name in {}).toBe(false);
    });

    it('verifies and reads 256 KiB within 50 ms', async () => {
      const line = '{"id":"li_1","amount":1999,"currency":"usd","description":"caf\\u00e9 \\"x\\"","tags":["a",null,true,-1.5e-7]}';
      const room = REQUEST_BYTES_MAX - bytesOf(sample.body).length - 100;
      const lines = Array.from({ length: Math.floor(room / (line.length + 1)) }, () => line);
      const large = { ...sample, body: bodyWith(sample, 'lines', `[${lines.join(',')}]`) };
      const request = signedRequest(fixture, large);
      expect(request.body.length).toBeGreaterThan(REQUEST_BYTES_MAX * 0.98);
      expect([(await verified(large)).valid, areEvents(read(large.body))]).toEqual([true, true]);
      const millis = await fastestMillis(async () => {
        await provider.verify(request, secrets, options);
        provider.events(request);
      });
      expect(millis).toBeLessThan(50);
    });
  });
}

function areEvents(readings: readonly Reading[]): boolean {
  return readings.length > 0 && readings.every(({ kind }) => kind === 'event');
}

function isSliceOf(whole: Uint8Array, part: Uint8Array): boolean {
  const start = part.byteOffset - whole.byteOffset;
  return part.buffer === whole.buffer && start >= 0 && start + part.length <= whole.length;
}

function withoutBytes({ bytes: _, ...rest }: Reading): Omit<Reading, 'bytes'> {
  return rest;
}

/** The sample with one more member at its top. */
function bodyWith(sample: Sample, name: string, value: string): string {
  return `${Buffer.from(bytesOf(sample.body)).toString().trimEnd().slice(0, -1)},${JSON.stringify(name)}:${value}}`;
}

/** For each value of the body at any depth and each hostile text: the body with the text in that place. */
function* withEachValueReplaced(sample: Sample, values: readonly string[]): Generator<string> {
  const parsed: unknown = JSON.parse(Buffer.from(bytesOf(sample.body)).toString());
  const marker = '\u0001here';
  const places = function* (value: unknown): Generator<unknown> {
    yield marker;
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      for (const changed of places(inner)) yield Array.isArray(value) ? value.with(Number(name), changed) : { ...value, [name]: changed };
    }
  };
  for (const place of places(parsed)) {
    for (const value of values) yield JSON.stringify(place).replace(JSON.stringify(marker), () => value);
  }
}

function expectWellFormed(reading: Reading): void {
  if (reading.kind === 'odd') {
    expect(reading.reason).toMatch(/^[a-z0-9-]{3,40}$/);
    return;
  }
  expect(reading.identity).toMatch(/^[A-Za-z0-9_\-:.]{1,255}$/);
  expect(reading.type).toMatch(/^[^\p{Cc}\p{Cs}\u2028\u2029\uffff]{1,128}$/u);
  expect(reading.subject ?? 'none').toMatch(/^[^\p{Cc}\p{Cs}\u2028\u2029\uffff]{1,255}$/u);
  expect(reading.account ?? 'none').toMatch(/^[A-Za-z0-9][A-Za-z0-9_\-:./]{0,254}$/);
  expect(reading.occurredAt ?? '1970-01-01T00:00:00.000Z').toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(['live', 'test', undefined]).toContain(reading.mode);
  expect(reading.eventId ?? 'none').toMatch(/^[^\p{Cc}\p{Cs}\u2028\u2029\uffff]{1,255}$/u);
  expect(reading.fingerprint).toMatch(/^[0-9a-f]{64}$/);
}
