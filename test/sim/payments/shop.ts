/** Who asks for payments: a caller that holds on to its key until it has an answer, and asks again, twice at once, or for something else. */
import type { FunctionHost } from '../function-host.ts';
import type { SimContext } from '../sim-context.ts';

export type Order = {
  readonly key: string;
  readonly amount: number;
  readonly paymentMethod: string;
  /** The id it was given; undefined until then. */
  readonly paymentId: () => string | undefined;
};

export type Shop = {
  /** Begins to ask for so many payments, the first at once and the last within so long. */
  open(count: number, withinMillis: number): void;
  readonly orders: readonly Order[];
};

/** How the payer's bank takes it, by how often. */
const METHODS: readonly (readonly [string, number])[] = [
  ['pm_card_visa', 0.55],
  ['pm_card_visa_chargeDeclined', 0.12],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', 0.05],
  ['pm_card_authenticationRequired', 0.14],
  ['pm_card_threeDSecureRequiredChargeDeclined', 0.04],
  ['pm_usBankAccount_success', 0.06],
  ['pm_nobody', 0.04],
];
const PATIENCE_MILLIS = [500, 8_000] as const;
const LATER_MILLIS = [1_000, 40 * 3_600_000] as const;

export function createShop(context: SimContext, host: FunctionHost): Shop {
  const { time, faults } = context;
  const random = context.random.fork('shop');
  const orders: Order[] = [];

  const ask = async (key: string, asked: string): Promise<{ readonly status: number; readonly id?: string }> => {
    const result = await host.invoke('pay', payEvent(key, asked));
    const answer = result.ok ? (result.payload as { statusCode?: number; body?: string }) : {};
    const { statusCode: status = 0, body = '' } = answer;
    context.trace.note('shop', `is answered ${status}`, key);
    context.happened(`payment answered ${status}`);
    context.see({ kind: 'payment answered', key, asked, status, body });
    return status === 202 ? { status, id: String(JSON.parse(body).id) } : { status };
  };
  const begin = (number: number): void => {
    const key = `order-${context.seed}-${number}`;
    const paymentMethod = method(random.fraction());
    const amount = random.between(100, 99_999);
    const body = JSON.stringify({ amount, currency: 'usd', provider: 'stripe', reference: `order ${number}`, paymentMethod });
    let id: string | undefined;
    orders.push({ key, amount, paymentMethod, paymentId: () => id });
    const insist = async (): Promise<void> => {
      const copies = faults.hit('asked twice at once') ? random.between(2, 5) : 1;
      const answers = await Promise.all(Array.from({ length: copies }, () => ask(key, body)));
      id ??= answers.find((answer) => answer.id !== undefined)?.id;
      if (id === undefined) return void time.after(random.between(...PATIENCE_MILLIS), start);
      if (faults.hit('asked again later')) time.after(random.between(...LATER_MILLIS), start);
      if (faults.hit('asked for something else')) {
        const other = body.replace(/"amount":\d+/, `"amount":${amount + 1}`);
        time.after(random.between(...PATIENCE_MILLIS), () => void ask(key, other).catch(context.broke));
      }
    };
    const start = (): void => void insist().catch(context.broke);
    start();
  };

  return {
    orders,
    open: (count, withinMillis) => {
      for (let number = 0; number < count; number += 1) time.after(random.between(0, withinMillis), () => begin(number));
    },
  };
}

function method(drawn: number): string {
  let sum = 0;
  for (const [name, share] of METHODS) {
    sum += share;
    if (drawn < sum) return name;
  }
  return 'pm_card_visa';
}

function payEvent(key: string, body: string): object {
  return {
    version: '2.0',
    routeKey: 'POST /payments',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body,
    isBase64Encoded: false,
    requestContext: { authorizer: { iam: { userArn: 'arn:aws:iam::000000000000:user/shop', accountId: '000000000000' } } },
  };
}
