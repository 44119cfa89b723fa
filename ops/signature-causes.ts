/** Why a signature does not fit, found by trying: only what verifies once it is changed, or is plainly missing, is named. */
import type { ActiveSecret } from '../lambdas/core/provider.ts';
import { bodyForms } from './body-forms.ts';
import { clockCause, secondsOff } from './clock-cause.ts';
import type { ProviderModule } from './provider-page.ts';
import { headerForms, urlForms } from './request-forms.ts';
import { secretForms } from './secret-forms.ts';
import { expectedHeaders, headerOwners } from './signature-headers.ts';
import { type Check, verdictOn } from './verify-request.ts';

export type Cause = {
  readonly kind: 'body' | 'secret' | 'url' | 'header' | 'clock' | 'provider';
  /** Whole sentences; never a secret or a part of the body. */
  readonly text: string;
};

/** What is known beside the request itself. */
export type Surroundings = {
  readonly module: ProviderModule;
  readonly others: readonly ProviderModule[];
  /** Entries of the source's secret that no longer count. */
  readonly expired: readonly ActiveSecret[];
  /** When the request arrived, where that was noted. */
  readonly arrivedSeconds?: number | undefined;
};

/** Each try hashes the body once or twice: so many take a second or two for the largest one. */
const TRIES_MAX = 1_000;
/** So old a signature may be while something else than its age is tried. */
const ANY_AGE_SECONDS = Number.MAX_SAFE_INTEGER;

/** For a request that was refused with `reason`. Of each kind the simplest cause that explains it. */
export async function findCauses(check: Check, reason: string, around: Surroundings): Promise<readonly Cause[]> {
  if (isOfTime(reason)) return await clockCauses(check, around);
  const found: Cause[] = [];
  const fitting: Check[] = [];
  let tries = 0;
  for (const { kind, fits, check: changed } of changedChecks(check, around)) {
    if (found.some((cause) => cause.kind === kind)) continue;
    tries += 1;
    if (tries > TRIES_MAX) break;
    if (!(await isAuthentic(changed))) continue;
    found.push({ kind, text: `The signature fits ${fits}.` });
    fitting.push(changed);
  }
  const clock = fitting[0] === undefined ? [] : await clockCauses(fitting[0], around);
  const others = await otherProviders(check, around);
  return [...found, ...clock, ...missingHeaders(check, reason, around), ...(others.length === 0 ? headersOfOthers(check, around) : others)];
}

type Changed = { readonly kind: Cause['kind']; readonly fits: string; readonly check: Check };

/** One change each; the secrets last, as there may be many. */
function* changedChecks(check: Check, { expired }: Surroundings): Generator<Changed> {
  const { request, secrets, options } = check;
  for (const { headers, fits } of headerForms(request.headers)) {
    yield { kind: 'header', fits, check: { ...check, request: { ...request, headers } } };
  }
  for (const { url, fits } of options.url === undefined ? [] : urlForms(options.url)) {
    yield { kind: 'url', fits, check: { ...check, options: { ...options, url } } };
  }
  for (const { body, fits } of bodyForms(request.body)) {
    yield { kind: 'body', fits, check: { ...check, request: { ...request, body } } };
  }
  for (const entry of expired) {
    yield { kind: 'secret', fits: `the entry ${entry.id}, whose notAfter has passed`, check: { ...check, secrets: [entry] } };
  }
  for (const { id, secret } of secrets) {
    for (const form of secretForms(secret)) {
      yield { kind: 'secret', fits: `${form.fits} (${id})`, check: { ...check, secrets: [{ id, secret: form.secret }] } };
    }
  }
}

/** Valid at whatever time. A key that cannot be had decides nothing. */
async function isAuthentic(check: Check): Promise<boolean> {
  try {
    return (await verdictOn({ ...check, options: { ...check.options, toleranceSeconds: ANY_AGE_SECONDS } })).valid;
  } catch {
    return false;
  }
}

/** None where the time is not what is wrong. */
async function clockCauses(check: Check, { arrivedSeconds }: Surroundings): Promise<readonly Cause[]> {
  const at = (options: Partial<Check['options']>) => verdictOn({ ...check, options: { ...check.options, ...options } });
  const verdict = await at({});
  if (verdict.valid || !isOfTime(verdict.reason)) return [];
  const off = await secondsOff(async (toleranceSeconds) => (await at({ toleranceSeconds })).valid);
  if (off === undefined) return [];
  const wasValid = arrivedSeconds !== undefined && (await at({ nowSeconds: arrivedSeconds })).valid;
  const { nowSeconds, toleranceSeconds } = check.options;
  const validAtSeconds = wasValid ? arrivedSeconds : undefined;
  const text = clockCause({ isOld: verdict.reason === 'too-old', secondsOff: off, nowSeconds, toleranceSeconds, validAtSeconds });
  return [{ kind: 'clock', text }];
}

function isOfTime(reason: string): boolean {
  return reason === 'too-old' || reason === 'too-new';
}

/** Can be seen without trying. */
function missingHeaders({ request }: Check, reason: string, { module }: Surroundings): readonly Cause[] {
  const present = Object.keys(request.headers);
  const missing = expectedHeaders(module).filter((name) => !present.includes(name));
  if (reason !== 'no-header' || missing.length === 0) return [];
  const there = present.length === 0 ? 'it has no headers at all' : `it has ${present.slice(0, NAMES_MAX).join(', ')}`;
  const text = `The request lacks ${missing.join(', ')}; ${there}. A proxy or a test tool dropped them, or they were not written down with the others.`;
  return [{ kind: 'header', text }];
}

/** As many header names are shown. */
const NAMES_MAX = 30;

function headersOfOthers({ request }: Check, { module, others }: Surroundings): readonly Cause[] {
  const present = Object.keys(request.headers);
  const owners = expectedHeaders(module).some((name) => present.includes(name)) ? [] : headerOwners(present, others);
  return owners.length === 0 ? [] : [{ kind: 'provider', text: `This looks like a request of ${owners.join(' or ')}.` }];
}

async function otherProviders(check: Check, { others }: Surroundings): Promise<readonly Cause[]> {
  const fitting: string[] = [];
  for (const { default: provider } of others) {
    if (await isAuthentic({ ...check, provider })) fitting.push(provider.name);
  }
  if (fitting.length === 0) return [];
  return [{ kind: 'provider', text: `With this secret it is a valid request of the provider ${fitting.join(' or ')}: name that one.` }];
}
