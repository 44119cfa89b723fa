/** What can go wrong between us and the provider that we charge through, and with those who ask for payments. */

/** The chance of each class at each opportunity, at intensity 1. */
export const PAYMENT_RATES = {
  // On the way to the provider
  'charge request lost': 0.02,
  'charge reply lost': 0.03,
  'charge takes long': 0.03,
  'provider away': 0.004,
  'provider away for a day': 0.006,
  'provider sends elsewhere': 0.01,
  // At the provider
  'provider rate limits': 0.02,
  'provider locks': 0.02,
  'provider unavailable': 0.02,
  'provider fails before': 0.02,
  'provider fails after': 0.02,
  'provider refuses the key': 0.006,
  'lists lag': 0.1,
  // Its webhooks
  'payment webhook dropped': 0.05,
  'payment webhook twice': 0.05,
  'payment webhook late': 0.1,
  // Who asks
  'asked twice at once': 0.05,
  'asked again later': 0.1,
  'asked for something else': 0.05,
  // People and the clock
  'payments clock off': 0.03,
  'payments clock twice at once': 0.05,
  'payer waits': 0.1,
} as const;

export type PaymentFaultClass = keyof typeof PAYMENT_RATES;

export const PAYMENT_FAULT_CLASSES = Object.keys(PAYMENT_RATES) as readonly PaymentFaultClass[];
