/** `oncehook payments show`: what became of a payment, and how. */
import { type Command, InvalidArgumentError } from 'commander';
import { type StackOptions, type VerbContext, withStack } from './verb.ts';

type ShowOptions = StackOptions & { readonly json?: boolean };

export function addPaymentsVerb(program: Command, context: VerbContext): void {
  withStack(
    program
      .command('payments')
      .description('show a payment with `payments show <id>`')
      .command('show')
      .description('show one payment: its state, what the provider calls it, and its history')
      .argument('<id>', 'pay_…, as `oncehook pay` or POST /payments answered it', idArgument)
      .option('--json', 'the answer of the API as it is'),
  ).action((id: string, options: ShowOptions) => show(context, id, options));
}

async function show(context: VerbContext, id: string, { json, url, stack }: ShowOptions): Promise<void> {
  const { connect } = await import('../connection.ts');
  const { paymentLines } = await import('../payment-text.ts');
  const { createPaymentsClient } = await import('../payments-client.ts');
  const { paymentsOf } = await import('../payments-of.ts');
  const { print } = await import('../terminal.ts');
  const connection = await connect({ url, stack, directory: context.directory });
  const payment = await createPaymentsClient(connection, paymentsOf(connection).url).show(id);
  for (const line of json === true ? [JSON.stringify(payment, null, 2)] : paymentLines(payment)) print(line);
}

function idArgument(text: string): string {
  if (/^pay_[0-9a-f]{40}$/.test(text)) return text;
  throw new InvalidArgumentError('Allowed is pay_ and 40 hexadecimal digits in lower case.');
}
