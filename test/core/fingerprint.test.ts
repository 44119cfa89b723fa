import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fingerprintOf } from '../../lambdas/core/fingerprint.ts';
import { readJsonObject } from '../../lambdas/core/json-shape.ts';

describe('the fingerprint of a JSON body', () => {
  const objects = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 }), {
    noNullPrototype: true,
  });

  it('is the same however the body is indented, ordered and escaped', () => {
    const property = fc.property(objects, fc.constantFrom(0, 1, '\t'), (object, indent) => {
      const written = JSON.stringify(object);
      const again = escaped(JSON.stringify(reordered(JSON.parse(written)), null, indent));
      expect(fingerprint(again)).toBe(fingerprint(written));
    });
    fc.assert(property, { seed: 20_261_123, numRuns: 500 });
  });

  it('is another one for any other body', () => {
    const property = fc.property(objects, objects, (left, right) => {
      fc.pre(JSON.stringify(reordered(left)) !== JSON.stringify(reordered(right)));
      expect(fingerprint(JSON.stringify(left))).not.toBe(fingerprint(JSON.stringify(right)));
    });
    fc.assert(property, { seed: 20_261_123, numRuns: 500 });
  });

  it.each([
    ['a list and its nested form', '{"a":[1,2]}', '{"a":[[1],2]}'],
    ['a text and a number', '{"a":"1"}', '{"a":1}'],
    ['a text that looks like more members', '{"a":"1,\\"b\\":2"}', '{"a":"1","b":2}'],
    ['an absent member and null', '{}', '{"a":null}'],
    ['an empty list and an empty object', '{"a":[]}', '{"a":{}}'],
    ['an order of items', '{"a":[1,2]}', '{"a":[2,1]}'],
    ['the digits of a number', '{"a":1.10}', '{"a":1.1}'],
  ])('tells %s apart', (_, left, right) => {
    expect(fingerprint(left)).not.toBe(fingerprint(right));
  });

  it('takes the last of a repeated name, as the parser does', () => {
    expect(fingerprint('{"a":1,"b":{"c":3,"c":4},"\\u0061":2}')).toBe(fingerprint('{"a":2,"b":{"c":4}}'));
  });

  it('of some members leaves the others out of account', () => {
    const [left, right] = ['{"id":"a","n":1}', '{"n":2, "id":"a"}'].map((text) => fingerprint(text, ['id', 'type']));
    expect(left).toBe(right);
    expect(fingerprint('{"id":"b"}', ['id', 'type'])).not.toBe(left);
  });
});

function fingerprint(text: string, names?: readonly string[]): string {
  const result = readJsonObject(Buffer.from(text));
  if (!result.ok) throw new TypeError(`The test's own JSON is ${result.fault}: ${text}`);
  return fingerprintOf(result.body, names);
}

function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? 1 : -1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, reordered(inner)]));
}

/** Another spelling of the same texts: what is not ASCII as escapes, and slashes with the backslash that JSON allows. */
function escaped(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).replaceAll('/', '\\/');
}
