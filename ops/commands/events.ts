/** `oncehook events`: the newest events; `oncehook events show <id>`: everything about one. */
import type { Command } from 'commander';
import { type StackOptions, type VerbContext, wholeNumber, withStack } from './verb.ts';

type ListOptions = StackOptions & { readonly json?: boolean; readonly limit: number; readonly source?: string };
type ShowOptions = StackOptions & { readonly json?: boolean };

export function addEventsVerb(program: Command, context: VerbContext): void {
  const events = withStack(
    program
      .command('events')
      .description('list the newest events, or show one with `events show <id>`')
      .option('--limit <n>', 'how many', wholeNumber(1, 1_000), 20)
      .option('--source <source>', 'only events of this source')
      .option('--json', 'one JSON document'),
  )
    .addHelpText('after', '\nListing reads the whole Events table: fine for a laptop or a small account, slow and billed for a large one.')
    .action((options: ListOptions) => list(context, options));

  withStack(
    events
      .command('show')
      .description('show one event: its items and payload, what each consumer made of it, and what they published')
      .argument('<id>', "the provider's id (evt_…) or the whole event key, in quotes")
      .option('--json', 'one JSON document'),
  ).action((id: string, _: ShowOptions, command: Command) => show(context, id, command.optsWithGlobals<ShowOptions>()));
}

async function list(context: VerbContext, { json, limit, source, url, stack }: ListOptions): Promise<void> {
  const { connect } = await import('../connection.ts');
  const { newestEvents } = await import('../event-list.ts');
  const { findSource } = await import('../send-event.ts');
  const { tableText } = await import('../table-text.ts');
  const { print } = await import('../terminal.ts');
  const connection = await connect({ url, stack, directory: context.directory });
  if (source !== undefined) findSource(connection.sources, source);
  const events = await newestEvents(connection, { limit, source });
  if (json === true) {
    print(JSON.stringify(events, null, 2));
    return;
  }
  if (events.length === 0) {
    print('No events yet. Send one: npx oncehook send <source> <event type>');
    return;
  }
  const rows = events.map((event) => [
    event.receivedAt,
    event.source,
    event.mode,
    event.type,
    event.eventId ?? event.identity,
    event.quarantine ?? event.subject ?? '',
  ]);
  for (const line of tableText(['received', 'source', 'mode', 'type', 'id', 'subject'], rows)) print(line);
}

async function show(context: VerbContext, id: string, { json, url, stack }: ShowOptions): Promise<void> {
  const { connect } = await import('../connection.ts');
  const { readTrail } = await import('../event-trail.ts');
  const { findEvent } = await import('../find-event.ts');
  const { print } = await import('../terminal.ts');
  const { trailJson, trailLines } = await import('../trail-text.ts');
  const connection = await connect({ url, stack, directory: context.directory });
  const trail = await readTrail(connection, await findEvent(connection, id));
  for (const line of json === true ? [trailJson(trail)] : trailLines(trail)) print(line);
}
