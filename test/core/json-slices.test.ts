/** The items of a list come out of a body as they were sent: the same values as the parser's, and the same bytes. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { itemSlices } from '../../lambdas/core/json-slices.ts';

const textsOf = (body: string | Uint8Array, name: string) =>
  itemSlices(Buffer.from(body as string), name)?.map((item) => Buffer.from(item).toString());

/** JSON text of a value, with white space and escapes in any place where JSON allows them. */
const written = (value: unknown, space: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  if (typeof value === 'string') {
    const escaped = [...JSON.stringify(value).slice(1, -1)].map((letter) =>
      /[a-z/é]/.test(letter)
        ? fc.constantFrom(letter, letter, `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
        : fc.constant(letter),
    );
    // A letter behind a backslash is part of an escape already.
    return JSON.stringify(value).includes('\\')
      ? fc.constant(JSON.stringify(value))
      : fc.tuple(...escaped).map((parts) => `"${parts.join('')}"`);
  }
  if (typeof value !== 'object' || value === null) return fc.constant(JSON.stringify(value));
  const parts = Array.isArray(value)
    ? value.map((item) => written(item, space))
    : Object.entries(value).map(([name, item]) =>
        fc.tuple(written(name, space), space, space, written(item, space)).map(([n, a, b, i]) => `${n}${a}:${b}${i}`),
      );
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return fc
    .tuple(space, space, ...parts.map((part) => fc.tuple(space, part, space).map((three) => three.join(''))))
    .map(([before, after, ...texts]) => `${open}${before}${texts.join(',')}${after}${close}`);
};

describe('the slices of a list', () => {
  it('are what the parser reads, in any way of writing the body down', () => {
    const space = fc.constantFrom('', '', ' ', '\n', '\t ', '\r\n  ');
    const bodies = fc
      .record({
        before: fc.jsonValue({ maxDepth: 2 }),
        events: fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 5 }),
        after: fc.jsonValue({ maxDepth: 1 }),
      })
      .chain((value) => fc.tuple(fc.constant(value), space, written(value, space), space));
    fc.assert(
      fc.property(bodies, ([value, before, text, after]) => {
        const slices = textsOf(`${before}${text}${after}`, 'events') ?? [];
        expect(slices.map((slice) => JSON.parse(slice))).toEqual(JSON.parse(JSON.stringify(value.events)));
        for (const slice of slices) expect(text).toContain(slice);
      }),
      { seed: 20_261_124, numRuns: 1000 },
    );
  });

  it('keep every digit, space and escape of an item', () => {
    expect(textsOf('{"events":[ {"amount": 10.00 },{"amount":9007199254740993}, "\\u00e9\\/" ]}', 'events')).toEqual([
      '{"amount": 10.00 }',
      '{"amount":9007199254740993}',
      '"\\u00e9\\/"',
    ]);
  });

  it('are parts of the body and no copies', () => {
    const body = Buffer.from('{"events":[{"id":1}]}');
    const [item] = itemSlices(body, 'events') ?? [];
    expect([item?.buffer === body.buffer, item?.byteOffset]).toEqual([true, body.byteOffset + 11]);
  });

  it.each([
    ['are those of the last of two members of one name, as in the parser', '{"events":[1],"events":[2,3]}', ['2', '3']],
    ['are found under a name written with escapes', '{"\\u0065vents":[1]}', ['1']],
    ['are none in an empty list', '{"events":[ ]}', []],
    ['are not looked for deeper', '{"data":{"events":[1]},"text":"\\"events\\":[1]"}', undefined],
    ['are not there where the member is no list', '{"events":{"0":1}}', undefined],
    ['are not there where the last member of the name is no list', '{"events":[1],"events":null}', undefined],
    ['are not there without the member', '{}', undefined],
    ['do not end at a bracket inside a text', '{"events":["]","}\\\\","\\"]"]}', ['"]"', '"}\\\\"', '"\\"]"']],
  ])('%s', (_, body, items) => {
    expect(textsOf(body, 'events')).toEqual(items);
  });

  it('of 256 KiB take less than 50 ms', () => {
    const body = Buffer.from(`{"events":[${Array.from({ length: 20_000 }, (_, index) => `{"id":${index}}`).join(',')}]}`);
    const started = performance.now();
    expect(itemSlices(body, 'events')).toHaveLength(20_000);
    expect(performance.now() - started).toBeLessThan(50);
  });
});
