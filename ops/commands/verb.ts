/** What each verb is handed, and the pieces of the command line that several verbs share. */
import { type Command, InvalidArgumentError } from 'commander';

export type StartOptions = {
  readonly port: number;
  /** Whether the demo is played once the stack is ready. */
  readonly demo: boolean;
  /** What stands in for DynamoDB and SQS; where it is left out, what the machine can run. */
  readonly engine?: 'real' | 'embedded';
  /** Makes the demo play again as it was played with this seed; a new one is drawn where it is left out. */
  readonly seed?: number;
};

export type VerbContext = {
  /** Where the command was called. */
  readonly directory: string;
  /** Runs the local stack until it is told to stop; resolves with the exit code. It is handed in because it lives in `local/`. */
  readonly start: (options: StartOptions) => Promise<number>;
  /** Called by a verb that ends with another exit code than 0. */
  readonly exitWith: (code: number) => void;
};

/** Which stack a verb works on; without either the running local one is found. */
export type StackOptions = { readonly url?: string; readonly stack?: string };

/** Adds `--url` and `--stack` as every verb has them that works on a stack. */
export function withStack(command: Command): Command {
  return command
    .option('--url <url>', 'the local stack to use, for example http://127.0.0.1:3000; without it the running one is found')
    .option('--stack <name>', 'the deployed CloudFormation stack to use, with the AWS credentials and Region of the environment');
}

/** Parses an option as a whole number in a range. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d{1,9}$/.test(text) && number >= from && number <= to) return number;
    throw new InvalidArgumentError(`Allowed is a whole number from ${from} to ${to}.`);
  };
}
