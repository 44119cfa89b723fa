/** The contract of an invariant of payments: it is told everything that is seen, and asked once when everything is at rest. */
import type { StripeModel } from '../../../local/provider-server/stripe-model.ts';
import type { Report } from '../invariant.ts';
import type { Sighting, WireItem } from '../sighting.ts';
import type { Order } from './shop.ts';

export type PaymentsView = {
  readonly orders: readonly Order[];
  readonly model: StripeModel;
  /** What stands in the table now, asked of the engine itself. */
  payment(id: string): Promise<WireItem | undefined>;
};

/** What is read from the engine once nothing moves any more. */
export type PaymentsAtRest = PaymentsView & { items(table: string): readonly WireItem[]; messages(queue: string): number };

export type PaymentInvariant = {
  readonly name: string;
  see?(sighting: Sighting, report: Report): void | Promise<void>;
  atRest?(rest: PaymentsAtRest, report: Report): void;
};

/** Made anew for each seed. */
export type MakePaymentInvariant = (view: PaymentsView) => PaymentInvariant;
