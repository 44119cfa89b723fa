/** The parameters of a payment intent, read and checked. */
import { invalidRequest } from './api-error.ts';
import type { Form } from './form.ts';
import { choice, flag, inner, metadata, onlyKnown, required, text, texts, wholeNumber } from './form-values.ts';

/** Stripe's limits for two-decimal currencies (docs.stripe.com/currencies); the server takes the lower one for all, whatever they are worth. */
const AMOUNT_MIN = 50;
const AMOUNT_MAX = 99_999_999;

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()));

/** Members that are kept as they are sent. */
const KEPT = ['customer', 'description', 'receipt_email', 'statement_descriptor', 'statement_descriptor_suffix', 'transfer_group'] as const;

type KeptValues = { readonly [name in (typeof KEPT)[number]]: string | null };

export type ConfirmValues = {
  readonly method: string | undefined;
  readonly returnUrl: string | undefined;
  readonly withoutCustomer: boolean;
};

export type CreateValues = ConfirmValues & {
  readonly amount: number;
  readonly currency: string;
  readonly confirm: boolean;
  readonly kept: KeptValues;
  readonly metadata: ReturnType<typeof metadata>;
  readonly captureMethod: 'automatic' | 'automatic_async';
  readonly types: readonly string[] | undefined;
  readonly automatic: { readonly enabled: boolean; readonly allow_redirects: 'always' | 'never' };
};

const CONFIRM_NAMES = ['payment_method', 'return_url', 'off_session', 'error_on_requires_action', 'mandate_data', 'expand'];

export function createValues(form: Form): CreateValues {
  onlyKnown(form, [
    'amount',
    'currency',
    'confirm',
    'metadata',
    'capture_method',
    'payment_method_types',
    'automatic_payment_methods',
    ...KEPT,
    ...CONFIRM_NAMES,
  ]);
  const amount = required('amount', wholeNumber(form, 'amount', { min: 0, max: Number.MAX_SAFE_INTEGER }));
  const currency = required('currency', text(form, 'currency')).toLowerCase();
  if (!CURRENCIES.has(currency))
    throw invalidRequest(`Invalid currency: ${currency}. It is three letters of ISO 4217.`, { param: 'currency' });
  checkAmount(amount, currency);
  return {
    ...readConfirm(form),
    amount,
    currency,
    confirm: flag(form, 'confirm') ?? false,
    kept: Object.fromEntries(KEPT.map((name) => [name, text(form, name) ?? null])) as KeptValues,
    metadata: metadata(form),
    captureMethod: choice(form, 'capture_method', ['automatic', 'automatic_async']) ?? 'automatic_async',
    types: texts(form, 'payment_method_types'),
    automatic: automatic(form),
  };
}

export function confirmValues(form: Form): ConfirmValues {
  onlyKnown(form, CONFIRM_NAMES);
  return readConfirm(form);
}

/** Without types of its own an intent takes what the Dashboard has enabled, redirects included, since API version 2023-08-16. */
export function needsReturnUrl({ automatic, types }: Pick<CreateValues, 'automatic' | 'types'>): boolean {
  return types === undefined && automatic.enabled && automatic.allow_redirects === 'always';
}

export function noReturnUrl() {
  return invalidRequest(
    'This PaymentIntent takes the payment methods enabled in the Dashboard, and some of them redirect the customer: send a return_url, or create it with automatic_payment_methods[allow_redirects]=never or with payment_method_types.',
    { param: 'return_url' },
  );
}

function readConfirm(form: Form): ConfirmValues {
  return {
    method: text(form, 'payment_method'),
    returnUrl: text(form, 'return_url'),
    withoutCustomer: (flag(form, 'off_session') ?? false) || (flag(form, 'error_on_requires_action') ?? false),
  };
}

function automatic(form: Form): CreateValues['automatic'] {
  const given = inner(form, 'automatic_payment_methods');
  onlyKnown(given, ['enabled', 'allow_redirects']);
  if (form.has('payment_method_types') && form.has('automatic_payment_methods'))
    throw invalidRequest('You may only specify one of these parameters: automatic_payment_methods, payment_method_types.', {
      code: 'parameters_exclusive',
    });
  if (form.has('automatic_payment_methods')) required('automatic_payment_methods[enabled]', text(given, 'enabled'));
  return { enabled: flag(given, 'enabled') ?? true, allow_redirects: choice(given, 'allow_redirects', ['always', 'never']) ?? 'always' };
}

function checkAmount(amount: number, currency: string): void {
  const least = `Amount must be at least ${AMOUNT_MIN} in the smallest unit of ${currency}.`;
  if (amount < AMOUNT_MIN) throw invalidRequest(least, { code: 'amount_too_small', param: 'amount' });
  const most = `Amount must be no more than ${AMOUNT_MAX} in the smallest unit of ${currency}.`;
  if (amount > AMOUNT_MAX) throw invalidRequest(most, { code: 'amount_too_large', param: 'amount' });
}
