/** Commits a marker alone: the event is done at this address, and this is why there is no effect. */
import { type CommitPorts, commit } from './commit.ts';
import { type Applied, type Delivery, markerPlan, type Outcome } from './plan-effect.ts';

/** Answers `already` where a marker stands: whatever that one says was decided first. Throws what `commit` throws. */
export async function commitMarker(
  delivery: Delivery,
  ports: CommitPorts,
  marker: { readonly outcome: Outcome; readonly code?: string; readonly deadlineMillis: number },
): Promise<Applied> {
  const { outcome, deadlineMillis, ...code } = marker;
  const decision = await commit(ports, markerPlan(delivery, outcome, { nowMillis: ports.clock.nowMillis(), ...code }), deadlineMillis);
  return decision.kind === 'committed' ? outcome : 'already';
}
