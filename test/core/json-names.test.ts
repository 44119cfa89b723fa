/** Bodies that two readers could understand differently are told from all others, before anybody parses them. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hasPlainNames } from '../../lambdas/core/json-names.ts';

const isPlain = (body: string) => hasPlainNames(Buffer.from(body));

describe('names', () => {
  it('are plain in whatever a serialiser writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
        expect(isPlain(JSON.stringify(value, null, indent))).toBe(true);
      }),
      { seed: 20_261_124, numRuns: 1000 },
    );
  });

  it.each([
    ['a repeated name', '{"a":1,"a":1}'],
    ['a repeated name far away and deep inside', '{"x":[{"a":{"b":1},"c":[1,{"d":2}],"a":2}]}'],
    ['a plain name written with an escape', '{"valu\\u0065":1}'],
    ['a name that is repeated by an escape', '{"value":1,"valu\\u0065":2}'],
    ['an empty name twice', '{"":1,"":2}'],
  ])('are not with %s', (_, body) => {
    expect(isPlain(body)).toBe(false);
  });

  it.each([
    ['the same name in two objects', '{"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":1}]}'],
    ['a name with characters that some serialisers escape', '{"a\\u003db":1,"caf\\u00e9":2}'],
    ['values that look like members', '{"a":"\\"a\\":1,\\"a\\":2","b":["a","a"]}'],
    ['nesting beyond what anybody reads', '{"a":'.repeat(65)],
    ['a backslash in a value', '{"a":"\\\\","b":"\\u0061"}'],
  ])('are plain with %s', (_, body) => {
    expect(isPlain(body)).toBe(true);
  });

  it('are looked at once: 256 KiB of anything take less than 50 ms', () => {
    const bodies = [
      `{${Array.from({ length: 20_000 }, (_, index) => `"n${index}":1`).join(',')}}`,
      '{"a":'.repeat(50_000),
      '"'.repeat(250_000),
      `{"${'\\'.repeat(250_000)}`,
    ];
    for (const body of bodies) {
      const bytes = Buffer.from(body);
      const started = performance.now();
      hasPlainNames(bytes);
      expect(performance.now() - started).toBeLessThan(50);
    }
  });
});
