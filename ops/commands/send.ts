/** `oncehook send`: a fresh, really signed event, delivered once or several times. */
import type { Command } from 'commander';
import { OperatorError } from '../operator-error.ts';
import { type StackOptions, type VerbContext, wholeNumber, withStack } from './verb.ts';

type SendOptions = StackOptions & { readonly times: number };

export function addSendVerb(program: Command, context: VerbContext): void {
  withStack(
    program
      .command('send')
      .description("make a fresh event, sign it with the source's secret and post it to the source")
      .argument('<source>', 'a source of the stack, for example stripe')
      .argument('<event type>', 'for example payment_intent.succeeded; an unknown one lists all')
      .option('--times <n>', 'post the same event so many times, signed anew each time', wholeNumber(1, 1_000), 1),
  )
    .addHelpText('after', '\nExits with 1 unless every delivery is answered with 2xx.')
    .action((source: string, type: string, options: SendOptions) => send(context, { source, type, times: options.times }, options));
}

async function send(
  context: VerbContext,
  request: { source: string; type: string; times: number },
  { url, stack }: StackOptions,
): Promise<void> {
  const { connect } = await import('../connection.ts');
  const { sendEvent } = await import('../send-event.ts');
  const { print } = await import('../terminal.ts');
  const sent = await sendEvent(await connect({ url, stack, directory: context.directory }), request);
  print(`${request.type} ${sent.id}, ${sent.bytes} bytes, to ${sent.url}`);
  let refused = 0;
  for await (const { status, failure, millis } of sent.deliveries) {
    print(`  ${status ?? failure ?? 'no answer'}  ${millis.toFixed(1)} ms`);
    if (status === undefined || status < 200 || status > 299) refused += 1;
  }
  if (refused === 0) return;
  throw new OperatorError(
    'NOT_ACCEPTED',
    `${refused} of ${request.times} deliveries were not answered with 2xx. A 401 means that the secret and the source do not belong together; for 503 and others look at the logs of the source's function.`,
  );
}
