/** Reads a list of the provider's page by page, as fast as it lets us: what it refuses for now is asked for again, and a list never goes round. */
import { RetryableError } from '../core/errors.ts';
import { RECONCILE_ATTEMPTS_MAX, RECONCILE_RETRY_SECONDS, RECONCILE_WAIT_SECONDS_MAX } from '../core/limits.ts';
import type { Clock, Random } from '../core/ports.ts';
import type { Answered, ApiPage } from '../core/provider-api.ts';

type Ports = { readonly clock: Clock; readonly random: Random };

/** Throws a retryable error where the provider does not answer, does not let us in, or there is no time left. */
export async function* allPages<T>(
  ports: Ports,
  deadlineMillis: number,
  ask: (after?: string) => Promise<Answered<ApiPage<T>>>,
): AsyncGenerator<ApiPage<T>> {
  let after: string | undefined;
  const seen = new Set<string>();
  for (;;) {
    const page = await untilRead(ports, deadlineMillis, () => ask(after));
    yield page;
    if (page.after === undefined) return;
    if (seen.has(page.after)) {
      throw new RetryableError(
        'CURSOR_REPEATS',
        "The provider's list came to the same place twice; the run stops, and the next one begins anew.",
      );
    }
    seen.add(page.after);
    after = page.after;
  }
}

/** Undefined where there is no such object. Throws as `allPages` does. */
export async function untilKnown<T>(ports: Ports, deadlineMillis: number, ask: () => Promise<Answered<T>>): Promise<T | undefined> {
  const answer = await askAgain(ports, deadlineMillis, ask);
  return answer.kind === 'answered' ? answer.value : undefined;
}

/** For a run whose own time is over: nothing has failed, and the next one goes on. */
export function outOfTime(): RetryableError {
  return new RetryableError(
    'OUT_OF_TIME',
    'The time of this run is over. What was compared is written down, and the next one goes on there.',
  );
}

async function untilRead<T>(ports: Ports, deadlineMillis: number, ask: () => Promise<Answered<T>>): Promise<T> {
  const answer = await askAgain(ports, deadlineMillis, ask);
  if (answer.kind === 'answered') return answer.value;
  throw new RetryableError('NO_LIST', 'The provider says that there is no such list; its API has changed, or the API key may not read it.');
}

function unauthorized(code: string): RetryableError {
  return new RetryableError(
    'PROVIDER_UNAUTHORIZED',
    `The provider does not take the API key, or the key may not read this list (${code}). Put in one that may with \`oncehook secret set\`; the next run goes on where this one was.`,
  );
}

type Decided<T> = Extract<Answered<T>, { kind: 'answered' | 'absent' }>;

async function askAgain<T>(ports: Ports, deadlineMillis: number, ask: () => Promise<Answered<T>>): Promise<Decided<T>> {
  if (ports.clock.nowMillis() >= deadlineMillis) throw outOfTime();
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask();
    if (answer.kind === 'answered' || answer.kind === 'absent') return answer;
    const { code } = answer;
    if (answer.kind === 'unauthorized') throw unauthorized(code);
    const ours = RECONCILE_RETRY_SECONDS * 2 ** (attempt - 1) * (0.5 + ports.random.fraction());
    const waitSeconds = Math.max(Math.min(ours, RECONCILE_WAIT_SECONDS_MAX), answer.retryAfterSeconds ?? 0);
    // Never sooner than the provider asks; what it asks for beyond our bound is for the next run to keep.
    const isTooLong = waitSeconds > RECONCILE_WAIT_SECONDS_MAX || ports.clock.nowMillis() + waitSeconds * 1000 >= deadlineMillis;
    if (attempt === RECONCILE_ATTEMPTS_MAX || isTooLong) throw unavailable(code);
    await ports.clock.sleep(waitSeconds * 1000);
  }
}

function unavailable(code: string): RetryableError {
  return new RetryableError(
    'PROVIDER_UNAVAILABLE',
    `The provider did not give a page of its list (${code}). The run stops here, and the next one goes on where it was.`,
  );
}
