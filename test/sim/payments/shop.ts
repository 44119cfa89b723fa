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
  /** Nobody may ask for a payment until it is reopened; who asks meanwhile is told to come again. */
  shut(): void;
  reopen(): void;
  /** Asks once more for each payment that was answered since then, with the same key and body; resolves once each is answered again. */
  askAgain(sinceMillis: number): Promise<void>;
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
const SHUT_MILLIS = 60_000;
const AGAIN_MILLIS = 3_000;
const LATER_MILLIS = [1_000, 40 * 3_600_000] as const;

export function createShop(context: SimContext, host: FunctionHost): Shop {
  const { time, faults } = context;
  const random = context.random.fork('shop');
  const orders: Order[] = [];
  const answered = new Map<string, { readonly body: string; readonly lastMillis: number }>();
  let isShut = false;

  const ask = async (key: string, asked: string): Promise<{ readonly status: number; readonly id?: string }> => {
    if (isShut) return { status: 503 };
    const result = await host.invoke('pay', payEvent(key, asked));
    const answer = result.ok ? (result.payload as { statusCode?: number; body?: string }) : {};
    const { statusCode: status = 0, body = '' } = answer;
    context.trace.note('shop', `is answered ${status}`, key);
    context.happened(`payment answered ${status}`);
    context.see({ kind: 'payment answered', key, asked, status, body });
    if (status === 202) answered.set(key, { body: asked, lastMillis: time.nowMillis() });
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
      if (isShut) return void time.after(SHUT_MILLIS, start);
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

  const insistOn = async (key: string, body: string): Promise<void> => {
    while ((await ask(key, body)).status !== 202) await time.sleep(AGAIN_MILLIS);
    context.happened('a payment was asked for again after a restore');
  };

  return {
    orders,
    shut: () => {
      isShut = true;
    },
    reopen: () => {
      isShut = false;
    },
    askAgain: async (sinceMillis) => {
      const since = [...answered].filter(([, { lastMillis }]) => lastMillis >= sinceMillis);
      await Promise.all(since.map(([key, { body }]) => insistOn(key, body)));
    },
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
