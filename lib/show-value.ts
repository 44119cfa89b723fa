/** A value from the configuration as an error message may show it. */

/** Texts are shown only where they are short words: what was pasted into the wrong place may be a secret. */
export function showValue(value: unknown): string {
  if (typeof value === 'string')
    return value.length <= 40 && !value.includes('_') ? JSON.stringify(value) : `a text of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}
