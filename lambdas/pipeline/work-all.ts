/** Does one thing for each of many, a few at a time, and waits for all that was begun: nothing may run on after an answer. */
import pLimit from 'p-limit';

/** Begins no more once one has failed; throws what that one threw. */
export async function workAll<T>(items: readonly T[], inFlightMax: number, work: (item: T) => Promise<void>): Promise<void> {
  const inFlight = pLimit(inFlightMax);
  let hasFailed = false;
  const one = async (item: T): Promise<void> => {
    if (hasFailed) return;
    try {
      await work(item);
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  const results = await Promise.allSettled(items.map((item) => inFlight(() => one(item))));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
