/** Events of ours that came long after they happened, in groups that can be looked for together. Pure. */
import { LATE_GAP_SECONDS } from '../core/limits.ts';
import type { Window } from '../core/provider-api.ts';
import type { OurEvent } from './reconciliation-run.ts';

export type LateGroup = { readonly window: Window; readonly events: readonly OurEvent[] };

export function together(late: readonly OurEvent[]): readonly LateGroup[] {
  const groups: { window: Window; readonly events: OurEvent[] }[] = [];
  for (const event of [...late].sort((one, other) => one.occurredSeconds - other.occurredSeconds)) {
    const last = groups.at(-1);
    const toSeconds = event.occurredSeconds + 1;
    if (last !== undefined && event.occurredSeconds < last.window.toSeconds + LATE_GAP_SECONDS) {
      last.events.push(event);
      last.window = { ...last.window, toSeconds };
    } else groups.push({ window: { fromSeconds: event.occurredSeconds, toSeconds }, events: [event] });
  }
  return groups;
}
