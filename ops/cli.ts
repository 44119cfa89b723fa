/** The command `oncehook`: reads the command line, runs one verb, answers with an exit code: 0 done, 1 failed, 2 wrong use. */
import { Command, CommanderError } from 'commander';
import { addEventsVerb } from './commands/events.ts';
import { addNewVerb } from './commands/new.ts';
import { addPayVerb } from './commands/pay.ts';
import { addPaymentsVerb } from './commands/payments.ts';
import { addReconcileVerb } from './commands/reconcile.ts';
import { addSecretVerb } from './commands/secret.ts';
import { addSendVerb } from './commands/send.ts';
import { addSettleVerb } from './commands/settle.ts';
import { addStartVerb } from './commands/start.ts';
import { addStatusVerb } from './commands/status.ts';
import type { StartOptions, VerbContext } from './commands/verb.ts';
import { addVerifyVerb } from './commands/verify.ts';
import { OperatorError } from './operator-error.ts';
import { printError } from './terminal.ts';

/** What the launcher hands in. */
export type Edges = {
  /** Runs the local stack; it lives in `local/`, which `ops/` may not import. */
  readonly start: (options: StartOptions) => Promise<number>;
  /** Where the command was called; the process's own directory where it is left out. */
  readonly directory?: string;
};

/** `argv` without the program's name. Never throws and never ends the process. */
export async function main(argv: readonly string[], edges: Edges): Promise<number> {
  let exitCode = 0;
  const program = createProgram({
    directory: edges.directory ?? process.cwd(),
    start: edges.start,
    exitWith: (code) => {
      exitCode = code;
    },
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOf(error);
  }
}

function createProgram(context: VerbContext): Command {
  const program = new Command('oncehook')
    .description('Payment webhooks on AWS that take effect exactly once.')
    .exitOverride()
    .configureOutput({ outputError: (text) => printError(`oncehook: ${text.trim().replace(/^error: /, '')}`) })
    .showHelpAfterError('Add --help to the verb, or run `npx oncehook --help`, to see what is allowed.')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong use.');
  const events = [addStartVerb, addSendVerb, addStatusVerb, addEventsVerb, addSettleVerb];
  const payments = [addPayVerb, addPaymentsVerb, addReconcileVerb];
  const verbs = [...events, ...payments, addSecretVerb, addVerifyVerb, addNewVerb];
  for (const add of verbs) add(program, context);
  return program;
}

function exitCodeOf(error: unknown): number {
  // Commander has already printed what was wrong (1), or the help that was asked for (0).
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof OperatorError) {
    printError(`oncehook: ${error.message}`);
    return error.exitCode;
  }
  printError('oncehook: an unexpected error, which is a fault of this command; please report it with the lines below.');
  printError(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}
