/**
 * The payment methods that Stripe documents for tests, and what becomes of a payment with each: cards (docs.stripe.com/testing), ACH
 * (docs.stripe.com/payments/ach-direct-debit) and SEPA debits (docs.stripe.com/payments/sepa-debit), those of Germany only.
 */

export type Decline = { readonly code: string; readonly declineCode?: string; readonly message: string };

export type PaymentOutcome =
  | { readonly kind: 'succeeds' }
  | { readonly kind: 'declined'; readonly decline: Decline }
  /** Money that takes days in life. `millis` undefined: it never ends by itself. */
  | { readonly kind: 'processes'; readonly millis: number | undefined; readonly failure?: Decline };

export type TestPaymentMethod = {
  readonly type: 'card' | 'us_bank_account' | 'sepa_debit';
  readonly brand: string;
  readonly last4: string;
  /** Whether the customer must authenticate first, which nobody does off session. */
  readonly authenticates: boolean;
  readonly outcome: PaymentOutcome;
  /** Whether a refund is done at once, is pending for some time, or seems done and fails later. */
  readonly refunds: 'at once' | 'later' | 'fails later';
  /** Whether its money is available at once. */
  readonly bypassesPending: boolean;
};

/** Stripe says "after at least three minutes". */
export const DELAYED_MILLIS = 180_000;
/** What is not "delayed" is soon over; Stripe does not say when. */
export const SOON_MILLIS = 10_000;

export function testPaymentMethod(name: string): TestPaymentMethod | undefined {
  return METHODS.get(name);
}

const declines = (code: string, declineCode: string | undefined, message: string): PaymentOutcome => ({
  kind: 'declined',
  decline: { code, message, ...(declineCode === undefined ? {} : { declineCode }) },
});
const declined = (declineCode: string, message = 'Your card was declined.') => declines('card_declined', declineCode, message);
const INSUFFICIENT = declined('insufficient_funds', 'Your card has insufficient funds.');

const processes = (millis: number | undefined, failure?: Decline): PaymentOutcome => ({
  kind: 'processes',
  millis,
  ...(failure === undefined ? {} : { failure }),
});
const fails = (code: string, message: string) => processes(SOON_MILLIS, { code, message });

const CARD: TestPaymentMethod = {
  type: 'card',
  brand: 'visa',
  last4: '4242',
  authenticates: false,
  outcome: { kind: 'succeeds' },
  refunds: 'at once',
  bypassesPending: false,
};
const card = (last4: string, more: Partial<TestPaymentMethod> = {}): TestPaymentMethod => ({ ...CARD, last4, ...more });
const ach = (last4: string, outcome: PaymentOutcome): TestPaymentMethod =>
  card(last4, { type: 'us_bank_account', brand: 'STRIPE TEST BANK', outcome });
const sepa = (last4: string, outcome: PaymentOutcome): TestPaymentMethod => card(last4, { type: 'sepa_debit', brand: 'DE', outcome });

const METHODS: ReadonlyMap<string, TestPaymentMethod> = new Map([
  ['pm_card_visa', CARD],
  ['pm_card_visa_debit', card('5556')],
  ['pm_card_mastercard', card('4444', { brand: 'mastercard' })],
  ['pm_card_mastercard_debit', card('8210', { brand: 'mastercard' })],
  ['pm_card_mastercard_prepaid', card('5100', { brand: 'mastercard' })],
  ['pm_card_amex', card('0005', { brand: 'amex' })],
  ['pm_card_discover', card('1117', { brand: 'discover' })],
  ['pm_card_diners', card('0004', { brand: 'diners' })],
  ['pm_card_jcb', card('0505', { brand: 'jcb' })],
  ['pm_card_unionpay', card('0005', { brand: 'unionpay' })],
  ['pm_card_bypassPending', card('0077', { bypassesPending: true })],
  ['pm_card_pendingRefund', card('7726', { refunds: 'later' })],
  ['pm_card_refundFail', card('5126', { refunds: 'fails later' })],

  ['pm_card_visa_chargeDeclined', card('0002', { outcome: declined('generic_decline') })],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', card('9995', { outcome: INSUFFICIENT })],
  ['pm_card_visa_chargeDeclinedLostCard', card('9987', { outcome: declined('lost_card') })],
  ['pm_card_visa_chargeDeclinedStolenCard', card('9979', { outcome: declined('stolen_card') })],
  ['pm_card_visa_chargeDeclinedVelocityLimitExceeded', card('6975', { outcome: declined('card_velocity_exceeded') })],
  ['pm_card_radarBlock', card('0019', { outcome: declined('fraudulent') })],
  ['pm_card_chargeDeclinedExpiredCard', card('0069', { outcome: declines('expired_card', undefined, 'Your card has expired.') })],
  [
    'pm_card_chargeDeclinedIncorrectCvc',
    card('0127', { outcome: declines('incorrect_cvc', undefined, "Your card's security code is incorrect.") }),
  ],
  [
    'pm_card_chargeDeclinedProcessingError',
    card('0119', { outcome: declines('processing_error', undefined, 'An error occurred while processing your card.') }),
  ],
  ['pm_card_chargeCustomerFail', card('0341', { outcome: declined('generic_decline') })],

  ['pm_card_authenticationRequired', card('3184', { authenticates: true })],
  ['pm_card_threeDSecure2Required', card('3220', { authenticates: true })],
  ['pm_card_threeDSecureRequiredChargeDeclined', card('1629', { authenticates: true, outcome: declined('generic_decline') })],
  ['pm_card_authenticationRequiredChargeDeclinedInsufficientFunds', card('8260', { authenticates: true, outcome: INSUFFICIENT })],
  ['pm_card_threeDSecureOptional', card('3055')],

  ['pm_usBankAccount_success', ach('6789', processes(SOON_MILLIS))],
  ['pm_usBankAccount_processing', ach('0009', processes(undefined))],
  ['pm_usBankAccount_accountClosed', ach('1113', fails('account_closed', 'The account is closed.'))],
  ['pm_usBankAccount_noAccount', ach('1116', fails('no_account', 'There is no such account.'))],
  ['pm_usBankAccount_insufficientFunds', ach('2227', fails('insufficient_funds', 'The account has insufficient funds.'))],
  ['pm_usBankAccount_debitNotAuthorized', ach('3335', fails('debit_not_authorized', 'The customer has not authorized this debit.'))],

  ['pm_success_de', sepa('3000', processes(SOON_MILLIS))],
  ['pm_successDelayed_de', sepa('3003', processes(DELAYED_MILLIS))],
  ['pm_failed_de', sepa('3001', fails('generic_could_not_process', 'The debit could not be collected.'))],
  [
    'pm_failedDelayed_de',
    sepa('3004', processes(DELAYED_MILLIS, { code: 'generic_could_not_process', message: 'The debit could not be collected.' })),
  ],
  ['pm_insufficientFunds_de', sepa('2227', fails('insufficient_funds', 'The account has insufficient funds.'))],
]);
