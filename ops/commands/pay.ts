/** `oncehook pay`: asks for a payment, once for each key, and says what became of it. */
import { type Command, InvalidArgumentError } from 'commander';
import { type StackOptions, type VerbContext, withStack } from './verb.ts';

type PayOptions = StackOptions & {
  readonly amount: number;
  readonly currency: string;
  readonly paymentMethod: string;
  readonly reference: string;
  readonly customer?: string;
  readonly provider?: string;
  readonly key?: string;
  readonly wait: boolean;
};

export function addPayVerb(program: Command, context: VerbContext): void {
  withStack(
    program
      .command('pay')
      .description('ask for a payment and wait for its end; the same --key never charges twice')
      .requiredOption('--amount <n>', 'in minor units (cents), for example 1999', amountOption)
      .requiredOption('--currency <code>', 'three letters of ISO 4217, for example eur')
      .requiredOption('--payment-method <token>', "the provider's token, for example pm_card_visa; never the number of a card")
      .requiredOption('--reference <text>', 'your own name for what is paid, for example "order 17"')
      .option('--customer <id>', 'whom a saved payment method belongs to at the provider, for example cus_…')
      .option('--provider <name>', 'what it is charged through; may be left out where the stack has one')
      .option('--key <key>', 'names the payment, for ever; without it a fresh one is made and printed', keyOption)
      .option('--no-wait', 'do not wait for its end'),
  )
    .addHelpText('after', '\nExits with 1 unless the payment succeeds within 15 seconds; with --no-wait, unless it is written down.')
    .action((options: PayOptions) => pay(context, options));
}

async function pay(context: VerbContext, { key, wait, provider, url, stack, ...wish }: PayOptions): Promise<void> {
  const { systemRandom } = await import('../../lambdas/aws/system-random.ts');
  const { connect } = await import('../connection.ts');
  const { askedLines } = await import('../payment-text.ts');
  const { createPaymentsClient } = await import('../payments-client.ts');
  const { paymentsOf, providerNamed } = await import('../payments-of.ts');
  const { print } = await import('../terminal.ts');
  const { PAYMENT_PATIENCE_SECONDS, waitForPayment } = await import('../wait-for-payment.ts');
  const connection = await connect({ url, stack, directory: context.directory });
  const payments = paymentsOf(connection);
  const charged = providerNamed(payments, provider);
  const idempotencyKey = key ?? systemRandom.uuid();
  // Before anything is sent: whoever loses the answer needs it.
  if (key === undefined) print(`key ${idempotencyKey}, use --key to ask for the same payment again`);
  const { amount, currency, reference, paymentMethod, customer } = wish;
  const client = createPaymentsClient(connection, payments.url);
  const id = await client.ask({ amount, currency, provider: charged, reference, paymentMethod, customer }, idempotencyKey);
  print(id);
  const payment = wait ? await waitForPayment(client, id) : await client.show(id);
  for (const line of askedLines(payment, wait ? PAYMENT_PATIENCE_SECONDS : undefined)) print(line);
  if (wait && payment.state !== 'SUCCEEDED') context.exitWith(1);
}

function amountOption(text: string): number {
  if (/^[1-9]\d{0,12}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed is a whole number of minor units (cents) from 1 on.');
}

/** As the API takes it; what it refuses could not even be sent as a header. */
function keyOption(text: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(text) && !/["\\,]/.test(text)) return text;
  throw new InvalidArgumentError('Allowed are 1 to 255 visible ASCII characters without quotes, commas and backslashes.');
}
