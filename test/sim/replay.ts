/** Plays a failing seed again and shows what matters of it: the lines about the event that went wrong, and the violation among them. */

import { playSeed, type SeedFailure } from './run-seeds.ts';
import { type TraceLine, traceText } from './trace.ts';

const LINES_MAX = 60;

/** The text for a person. The same seed must take the same course; a seed that does not is reported as that. */
export async function replay({ seed, level, violations, fingerprint }: SeedFailure): Promise<string> {
  const again = await playSeed(seed, level, { traced: true });
  const [first] = violations;
  const head = [`seed ${seed}, ${PLAYED[level]}: ${violations.length} violations`];
  if (again.fingerprint !== fingerprint)
    head.push(`  NOT THE SAME COURSE: ${fingerprint} at first, ${again.fingerprint} now; something real has slipped in`);
  for (const { invariant, what } of violations.slice(0, 4)) head.push(`  ${invariant}: ${what}`);
  const lines = relevant(again.trace, first?.about ?? '');
  return [...head, traceText(lines, again.startMillis), `again: npm run sim -- --seed ${seed} --seeds 1 --level ${level}`].join('\n');
}

const PLAYED = { ports: 'through the ports', sdk: 'through the SDK', payments: 'with payments' } as const;

/** Up to the first violation, and of that what names the event; without an event, the last lines before it. */
function relevant(trace: readonly TraceLine[], about: string): readonly TraceLine[] {
  const end = trace.findIndex(({ who }) => who === 'VIOLATION');
  const until = end === -1 ? trace : trace.slice(0, end + 1);
  const named =
    about === '' ? until : until.filter((line) => line.who === 'VIOLATION' || line.about.includes(about) || line.what.includes(about));
  return named.length <= LINES_MAX ? named : [...named.slice(0, LINES_MAX / 2), ...named.slice(-LINES_MAX / 2)];
}
