/** `oncehook status`: how much there is, by consumer. */
import type { Command } from 'commander';
import { type StackOptions, type VerbContext, withStack } from './verb.ts';

export function addStatusVerb(program: Command, context: VerbContext): void {
  withStack(
    program
      .command('status')
      .description('count events, outbox items and the effects, waiting messages and dead letters of each consumer')
      .option('--json', 'one line of JSON with a stable form, see docs/cli.md'),
  )
    .addHelpText(
      'after',
      '\nIt reads the Events, Outbox and Inbox tables as a whole: fine for a laptop or a small account, slow and billed for a large one.',
    )
    .action(async ({ json, url, stack }: StackOptions & { json?: boolean }) => {
      const { connect } = await import('../connection.ts');
      const { readStatus } = await import('../stack-status.ts');
      const { statusLines, statusJson } = await import('../status-text.ts');
      const { print } = await import('../terminal.ts');
      const status = await readStatus(await connect({ url, stack, directory: context.directory }));
      for (const line of json === true ? [statusJson(status)] : statusLines(status)) print(line);
    });
}
