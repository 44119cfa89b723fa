/** `oncehook new consumer`: a consumer and its passing test, to be filled in. */
import type { Command } from 'commander';
import type { VerbContext } from './verb.ts';

export function addNewVerb(program: Command, context: VerbContext): void {
  program
    .command('new')
    .description('write the files of something new: a consumer')
    .command('consumer')
    .description('write lambdas/consumers/<name>.ts and a passing test for it')
    .argument('<name>', 'lower-case letters, digits and hyphens, for example loyalty')
    .option('--type <provider:type>', 'the events it subscribes to', 'stripe:payment_intent.succeeded')
    .addHelpText('after', '\nNothing else needs a change: synth finds the file. A file that is there already is never overwritten.')
    .action(async (name: string, { type }: { type: string }) => {
      const { writeConsumer } = await import('../new-consumer.ts');
      const { print } = await import('../terminal.ts');
      for (const file of await writeConsumer({ directory: context.directory, name, type })) print(`wrote ${file}`);
      print('Write the effect in `apply`, then run `npm test`. `npm start` and `npx cdk deploy` find the new file by themselves.');
    });
}
