/** Sales that nobody told us of, and what a reconciliation of them leaves in the tables. */
import type { ReconcileBench } from './reconcile-bench.ts';

const MINUTE = 60_000;

/** One request for a page of the provider's events. */
export const listsEvents = ({ url }: { readonly url: string }) => url.includes('/v1/events');

/** So many sales each second, so that steps end where something happens; answers the ids of the intents. */
export function sellEachSecond(bench: ReconcileBench, seconds: number, count = 1): readonly string[] {
  const sold: string[] = [];
  for (let second = 0; second < seconds; second += 1) {
    sold.push(...bench.sell(count));
    bench.clock.advance(1000);
  }
  return sold;
}

/** One sale each second, of which no webhook ever comes; then a while, so that they are in the next run's window. */
export function sellUntold(bench: ReconcileBench, seconds: number): void {
  sellEachSecond(bench, seconds);
  bench.clock.advance(20 * MINUTE);
}

/** How much there is of each by now. */
export async function leftBy(
  bench: ReconcileBench,
): Promise<{ readonly events: number; readonly openRuns: number; readonly reports: number }> {
  const written = await bench.rows('Reconciliation');
  const count = (partition: string) => written.filter(({ pk }) => pk === partition).length;
  return { events: (await bench.rows('Events')).length, openRuns: count('stripe#open'), reports: count('stripe') };
}
