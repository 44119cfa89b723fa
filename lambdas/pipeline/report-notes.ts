/** What a report must say beside its numbers: why a part of the window was not compared. Pure. */
import type { Window } from '../core/provider-api.ts';
import { listedFromSeconds } from '../core/reconciliation.ts';
import { isoTime } from '../core/time.ts';
import type { ReconcileSettings } from './reconciliation-run.ts';
import type { Tally } from './reconciliation-store.ts';

export type Noted = {
  readonly settings: ReconcileSettings;
  readonly window: Window;
  readonly tally: Tally;
  readonly nowMillis: number;
};

export function reportNotes({ settings: { api }, window, tally, nowMillis }: Noted): readonly string[] {
  const listedFrom = listedFromSeconds(api.events?.keptSeconds, nowMillis);
  const { elsewhere, unkept, unkeptInjected } = tally;
  return [
    ...(api.events === undefined ? [`${api.name} has no list of events. ${api.noEvents ?? ''}`.trim()] : []),
    ...(Number.isFinite(listedFrom) && window.fromSeconds < listedFrom
      ? [`${api.name} lists its events from about ${isoTime(listedFrom * 1000)} on; what is older was not compared.`]
      : []),
    ...(api.transactions === undefined ? [`${api.name} has no list of what moved on its balance; no books were compared.`] : []),
    ...(elsewhere > 0
      ? [`${elsewhere} events are of another account or mode than the API key, whose list does not tell of them; they were not compared.`]
      : []),
    ...(unkept + unkeptInjected > 0
      ? [`${unkept} more differences and ${unkeptInjected} more injected events are counted and not named.`]
      : []),
  ];
}
