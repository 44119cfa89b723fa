/** Filter patterns of event source mappings. */
import { describe, expect, it } from '@jest/globals';
import { passes, readFilters } from '../../local/filter-criteria.ts';

const filtersOf = (...patterns: object[]) => readFilters({ Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })) });
const insert = { eventName: 'INSERT', dynamodb: { NewImage: { to: { L: [{ S: 'ledger@1' }] }, kind: { S: 'event' } } } };

describe('filter criteria', () => {
  it('lets everything through where there are none', () => {
    expect(passes(readFilters(undefined), insert)).toBe(true);
  });

  it.each([
    [true, { eventName: ['INSERT'] }],
    [true, { eventName: ['REMOVE', 'INSERT'] }],
    [false, { eventName: ['REMOVE'] }],
    [true, { dynamodb: { NewImage: { kind: { S: ['event'] } } } }],
    [false, { eventName: ['INSERT'], dynamodb: { NewImage: { kind: { S: ['other'] } } } }],
    [true, { dynamodb: { NewImage: { kind: { S: [{ prefix: 'ev' }] } } } }],
    [true, { dynamodb: { NewImage: { kind: { S: [{ suffix: 'nt' }] } } } }],
    [false, { dynamodb: { OldImage: { kind: { S: [{ prefix: 'ev' }] } } } }],
    [true, { userIdentity: [{ exists: false }] }],
    [false, { eventName: [{ exists: false }] }],
    [true, { eventName: [{ 'anything-but': ['MODIFY'] }] }],
    [false, { eventName: [{ 'anything-but': ['INSERT'] }] }],
  ])('%j for %j', (expected, pattern) => {
    expect(passes(filtersOf(pattern), insert)).toBe(expected);
  });

  it('passes what any one of several patterns matches', () => {
    expect(passes(filtersOf({ eventName: ['REMOVE'] }, { eventName: ['INSERT'] }), insert)).toBe(true);
  });

  it.each([[{ eventName: 'INSERT' }], [{ a: [{ numeric: ['=', 1] }] }], [{ $or: [{ a: ['1'] }] }], [{ a: [{ 'anything-but': 'x' }] }]])(
    'refuses %j, which it would evaluate otherwise than Lambda',
    (pattern) => {
      expect(() => filtersOf(pattern)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FILTER' }));
    },
  );
});
