/** Filter patterns of event source mappings, evaluated as Lambda does; an operator it does not know is refused when the template is read. */
import { LocalError } from './local-error.ts';

/** Says whether a record passes. */
export type FilterPattern = (record: unknown) => boolean;

/** `criteria` is the template's `FilterCriteria`; a record passes when any pattern matches. Throws `UNSUPPORTED_FILTER`. */
export function readFilters(criteria: unknown): readonly FilterPattern[] {
  const filters = (criteria as { Filters?: readonly { Pattern?: string }[] } | undefined)?.Filters ?? [];
  return filters.map(({ Pattern }) => nodeMatcher(JSON.parse(Pattern ?? '{}')));
}

export function passes(filters: readonly FilterPattern[], record: unknown): boolean {
  return filters.length === 0 || filters.some((matches) => matches(record));
}

/** An object of a pattern: each of its members must match the member of the same name. */
function nodeMatcher(pattern: unknown): FilterPattern {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern)) throw unsupported(pattern);
  const members = Object.entries(pattern).map(([name, part]) => {
    if (name.startsWith('$')) throw unsupported({ [name]: part });
    return { name, matches: Array.isArray(part) ? leafMatcher(part) : nodeMatcher(part) };
  });
  return (record) => {
    const values = (typeof record === 'object' && record !== null ? record : {}) as { readonly [name: string]: unknown };
    return members.every(({ name, matches }) => matches(values[name]));
  };
}

/** A list of a pattern: one of its entries must match the value, or one element of it where it is a list. */
function leafMatcher(entries: readonly unknown[]): FilterPattern {
  const matchers = entries.map(entryMatcher);
  return (value) => matchers.some((matches) => (Array.isArray(value) && value.length > 0 ? value.some(matches) : matches(value)));
}

function entryMatcher(entry: unknown): FilterPattern {
  if (entry === null || ['string', 'number', 'boolean'].includes(typeof entry)) return (value) => value === entry;
  const [[operator, operand] = []] = Object.entries(entry as object);
  if (operator === 'prefix' && typeof operand === 'string') return (value) => typeof value === 'string' && value.startsWith(operand);
  if (operator === 'suffix' && typeof operand === 'string') return (value) => typeof value === 'string' && value.endsWith(operand);
  if (operator === 'exists' && typeof operand === 'boolean') return (value) => (value !== undefined) === operand;
  if (operator === 'anything-but' && Array.isArray(operand)) return (value) => value !== undefined && !operand.includes(value);
  throw unsupported(entry);
}

function unsupported(pattern: unknown): LocalError {
  return new LocalError(
    'UNSUPPORTED_FILTER',
    `The filter ${JSON.stringify(pattern)} is not known here; known are values, prefix, suffix, exists and anything-but with a list. Add it to local/filter-criteria.ts.`,
  );
}
