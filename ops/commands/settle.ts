/** `oncehook settle`: what has not settled; `settle waive`: closes an event by decision; `settle rewind`: looks at everything once more. */
import type { Command } from 'commander';
import { type StackOptions, type VerbContext, withStack } from './verb.ts';

type ShowOptions = StackOptions & { readonly json?: boolean };
type WaiveOptions = StackOptions & { readonly address: string; readonly by: string; readonly reason: string };
type RewindOptions = StackOptions & { readonly to: string };

export function addSettleVerb(program: Command, context: VerbContext): void {
  const settle = withStack(
    program
      .command('settle')
      .description('show how far settlement has come, and which events have no effect yet')
      .option('--json', 'one line of JSON with a stable form, see docs/cli.md'),
  ).action((options: ShowOptions) => show(context, options));

  withStack(
    settle
      .command('waive')
      .description('close an event at an address for good: it will never take effect there')
      .argument('<id>', "the provider's id (evt_…) or the whole event key, in quotes")
      .requiredOption('--address <address>', 'where, for example ledger@1')
      .requiredOption('--by <name>', 'who decided it')
      .requiredOption('--reason <text>', 'why; it stays with the event'),
  ).action((id: string, _: WaiveOptions, command: Command) => waiveOne(context, id, command.optsWithGlobals<WaiveOptions>()));

  withStack(
    settle
      .command('rewind')
      .description('have settlement look at everything stored since then once more; what has its marker is left alone')
      .requiredOption('--to <time>', 'UTC, for example 2026-11-24T18:00Z'),
  ).action((_: RewindOptions, command: Command) => rewindTo(context, command.optsWithGlobals<RewindOptions>()));
}

async function show(context: VerbContext, { json, url, stack }: ShowOptions): Promise<void> {
  const { connect } = await import('../connection.ts');
  const { readSettlement } = await import('../settlement.ts');
  const { settlementJson, settlementLines } = await import('../settlement-text.ts');
  const { print } = await import('../terminal.ts');
  const state = await readSettlement(await connect({ url, stack, directory: context.directory }));
  for (const line of json === true ? [settlementJson(state)] : settlementLines(state)) print(line);
}

async function waiveOne(context: VerbContext, id: string, { address, by, reason, url, stack }: WaiveOptions): Promise<void> {
  const { connect } = await import('../connection.ts');
  const { waive } = await import('../waive.ts');
  const { print } = await import('../terminal.ts');
  const key = await waive(await connect({ url, stack, directory: context.directory }), { id, address, by, reason });
  print(`Waived: ${key} will never take effect at ${address}. Settlement closes it at its next look.`);
}

async function rewindTo(context: VerbContext, { to, url, stack }: RewindOptions): Promise<void> {
  const { connect } = await import('../connection.ts');
  const { rewind } = await import('../rewind.ts');
  const { print } = await import('../terminal.ts');
  const slot = await rewind(await connect({ url, stack, directory: context.directory }), to);
  print(`Settlement looks at everything stored from ${slot} on once more, beginning within five minutes.`);
}
