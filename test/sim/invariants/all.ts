/** Every invariant, in the order in which they are asked. */
import type { MakeInvariant } from '../invariant.ts';
import { ackedIsDurable } from './acked-is-durable.ts';
import { booksAreRight } from './books-are-right.ts';
import { deletedIsDone } from './deleted-is-done.ts';
import { endsInTime } from './ends-in-time.ts';
import { eventWithOutbox } from './event-with-outbox.ts';
import { eventsNeverChange } from './events-never-change.ts';
import { everythingSettles } from './everything-settles.ts';
import { finalStates } from './final-states.ts';
import { logsAreClean } from './logs-are-clean.ts';
import { neverErrors } from './never-errors.ts';
import { oneEffect } from './one-effect.ts';
import { outcomesAreRight } from './outcomes-are-right.ts';
import { outsideEffectsOnce } from './outside-effects-once.ts';
import { payloadsArrive } from './payloads-arrive.ts';
import { relayIsBounded } from './relay-is-bounded.ts';
import { relayedIsSent } from './relayed-is-sent.ts';
import { settlementIsBounded } from './settlement-is-bounded.ts';
import { settlementPassesNothing } from './settlement-passes-nothing.ts';

export const INVARIANTS: readonly MakeInvariant[] = [
  ackedIsDurable,
  eventsNeverChange,
  eventWithOutbox,
  oneEffect,
  outcomesAreRight,
  payloadsArrive,
  relayedIsSent,
  deletedIsDone,
  neverErrors,
  endsInTime,
  logsAreClean,
  relayIsBounded,
  settlementPassesNothing,
  settlementIsBounded,
  everythingSettles,
  booksAreRight,
  finalStates,
  outsideEffectsOnce,
];
