/** What must have happened over many seeds of the world in which somebody is charged. */

/** Once for each payment of a seed that stands in the table at its end. */
export const PAYMENT_AT_REST = 'payment at rest';

export const PAYMENT_BRANCHES = [
  PAYMENT_AT_REST,
  // Who asks
  'payment answered 202',
  'payment answered 409',
  'payment answered 422',
  'payment answered 503',
  'payment answered 0',
  'PaymentsAsked',
  'PaymentsAskedAgain',
  // The charge
  'ChargeAnswered payment',
  'ChargeAnswered refused',
  'ChargeAnswered again',
  'ChargeAnswered unknown',
  'ChargeAnswered unauthorized',
  'ProviderUnauthorized',
  'PaymentChangedMeanwhile',
  'PaymentsEnded SUCCEEDED',
  'PaymentsEnded FAILED',
  'PaymentsEnded EXPIRED',
  // The clock, and looks
  'payments clock ran',
  'payments clock failed',
  'PaymentLookupFailed TimeoutError',
  'PaymentLooked found',
  'PaymentLooked absent',
  'PaymentLooked undecided',
  'a payer acted',
  // Reconciliation
  'a row was taken away: payment missing here',
  'a row was taken away: payment missing there',
  'a row was taken away: event missing here',
  'a row was taken away: event missing there',
  'a row was taken away: transaction missing here',
  'a row was taken away: transaction missing there',
  // Tables that are taken back to an earlier second
  'tables restored',
  'tables restored: with their settlement',
  'tables restored: effects lost',
  'tables restored: a payment is named as missing here',
  'tables restored: a day later',
  'settlement rewound',
  'a payment was asked for again after a restore',
  'PaymentsRestored',
  // Webhooks
  'payment webhook answered 200',
  'EventsStored',
  'EventsDuplicate',
] as const;

/** Classes of the world of webhooks that nobody draws here: one release, one secret, and a provider with faults of its own. */
export const PAYMENT_UNUSED: ReadonlySet<string> = new Set([
  'webhook lost',
  'webhook answer lost',
  'webhook twice at once',
  'webhook again after the answer',
  'webhook days late',
  'webhook bytes differ',
  'webhook content differs',
  'provider clock is wrong',
  'webhook forged',
  'webhook replayed',
  'webhook tampered',
  'stream splits',
  'secret rotated',
  'deploy in the middle',
  'deploy rolled back',
  'older relay',
]);

/** Seen in one of a hundred seeds or fewer. */
export const PAYMENT_RARE: ReadonlySet<string> = new Set([
  'metric late or silent',
  'mapping paused for hours',
  'provider away for a day',
  'payment answered 409',
]);
