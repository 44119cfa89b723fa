/** `oncehook start`: the stack on this machine, until Ctrl-C. */
import { type Command, Option } from 'commander';
import { type StartOptions, type VerbContext, wholeNumber } from './verb.ts';

export function addStartVerb(program: Command, context: VerbContext): void {
  program
    .command('start')
    .description('run the synthesized stack on this machine, play a short demo, then serve until Ctrl-C')
    .option('--port <port>', 'the port for webhooks on 127.0.0.1; 0 takes a free one', wholeNumber(0, 65_535), 3000)
    .addOption(
      new Option('--engine <engine>', 'what stands in for DynamoDB and SQS; without it real where Java is found, else embedded').choices([
        'real',
        'embedded',
      ]),
    )
    .option('--no-demo', 'do not play the demo')
    .option('--seed <n>', 'play the demo as it was played with this seed', wholeNumber(0, 999_999_999))
    .action(async (options: StartOptions) => {
      context.exitWith(await context.start(options));
    });
}
