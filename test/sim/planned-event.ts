/** An event that the simulated provider means to send, and what the simulator itself knows of it. */

import type { SeatObject } from './consumers/seat.ts';

export type PlannedEvent = {
  /** The key under which it must stand in Events, worked out here and not by the product. */
  readonly eventKey: string;
  readonly source: string;
  readonly type: string;
  readonly live: boolean;
  readonly account: string | undefined;
  readonly occurredAt: string;
  /** Authentic, but to be put into quarantine. */
  readonly odd: boolean;
  /** The body of the delivery of this number; `changed` has other content under the same id. */
  body(delivery: number, changed?: boolean): string;
  readonly fact: Fact;
};

/** What must come of it, whatever the order. */
export type Fact =
  | { readonly kind: 'payment'; readonly object: string; readonly amount: number; readonly currency: string; readonly customer: string }
  | { readonly kind: 'refund'; readonly object: string; readonly refunded: number; readonly currency: string; readonly customer: string }
  /** Such as an amount that is no whole number. */
  | { readonly kind: 'worthless' }
  | { readonly kind: 'state'; readonly customer: string; readonly state: string; readonly rank: number }
  | ({ readonly kind: 'seat' } & SeatObject)
  | { readonly kind: 'invoice'; readonly left: number; readonly branches: number }
  | { readonly kind: 'odd' };
