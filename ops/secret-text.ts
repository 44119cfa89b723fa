/** What is said of the entries of a secret: names and times, never a secret. */
import { SECRET_CACHE_SECONDS } from '../lambdas/core/limits.ts';
import type { ActiveSecret } from '../lambdas/core/provider.ts';
import { isInForce } from './secret-entries.ts';
import type { SecretOwner } from './secret-owner.ts';
import type { StoredSecret } from './stored-secret.ts';
import { tableText } from './table-text.ts';

export type ListedEntry = {
  /** The name of its owner: a source, or `payments/{provider}`. */
  readonly source: string;
  readonly id?: string;
  readonly notAfter?: string;
  /** `none`: no secret was set yet; `malformed`: something else is stored. */
  readonly state: 'active' | 'expired' | 'none' | 'malformed';
  readonly detail?: string;
};

export function listedEntries(source: string, stored: StoredSecret, nowMillis: number): readonly ListedEntry[] {
  if (stored.kind === 'malformed') return [{ source, state: 'malformed', detail: stored.detail }];
  if (stored.entries.length === 0) return [{ source, state: 'none' }];
  return stored.entries.map((entry) => {
    const { id, notAfter } = entry;
    return { source, id, ...(notAfter === undefined ? {} : { notAfter }), state: isInForce(entry, nowMillis) ? 'active' : 'expired' };
  });
}

export function listLines(entries: readonly ListedEntry[]): readonly string[] {
  if (entries.length === 0) return ['The stack has no sources: add one to "sources" in cdk.json.'];
  const rows = entries.map(({ source, id, notAfter, state }) => [
    source,
    id ?? '-',
    id === undefined ? '-' : (notAfter ?? 'no end'),
    state,
  ]);
  const details = entries.flatMap(({ source, detail }) => (detail === undefined ? [] : ['', `${source}: ${detail}`]));
  return [...tableText(['source', 'id', 'active until', 'state'], rows), ...details];
}

/** After a secret was set: what counts now, and what is left to do. */
export function setLines(owner: SecretOwner, title: string, active: readonly ActiveSecret[]): readonly string[] {
  const [, ...old] = active;
  const rows = active.map(({ id, notAfter }) => [id, notAfter ?? 'no end']);
  const { counting, next } = owner.kind === 'source' ? ofSource(owner.name, title, old.length) : ofPayments(owner.name, title, old.length);
  return [counting, '', ...tableText(['id', 'active until'], rows), '', ...next];
}

type Said = { readonly counting: string; readonly next: readonly string[] };

function ofSource(source: string, title: string, old: number): Said {
  const soon = `The functions of ${source} read it within ${CACHE_MINUTES} minutes, and sooner when a signature does not fit.`;
  if (old === 0) {
    const look = `Next: let ${title} send a test event, or run \`npx oncehook send ${source} <event type>\`, and look at \`npx oncehook events\`.`;
    return { counting: `The source ${source} has one secret that counts:`, next: [soon, look] };
  }
  const roll = `Next: make ${title} sign with the new secret, where it does not yet, before the old ones end; what is signed with them is refused from then on.`;
  return { counting: `The source ${source} has ${old + 1} secrets that count, the new one first:`, next: [soon, roll] };
}

function ofPayments(name: string, title: string, old: number): Said {
  const soon = `The functions read it within ${CACHE_MINUTES} minutes, and sooner when ${title} refuses the one they have. What waits for a key goes on by itself.`;
  if (old === 0) return { counting: `${name} has one API key:`, next: [soon] };
  const revoke = `Next: revoke the old key at ${title} once the functions have read the new one.`;
  return { counting: `${name} has ${old + 1} API keys; calls are made with the first, which is the new one:`, next: [soon, revoke] };
}

const CACHE_MINUTES = SECRET_CACHE_SECONDS / 60;
