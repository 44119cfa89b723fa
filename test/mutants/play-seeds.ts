/**
 * Plays seeds of the simulator until one finds a violation of an invariant, and prints it as one line of JSON, or `null`. A run of its own,
 * so that it plays the code of the copy it lies in: `node test/mutants/play-seeds.ts <from> <count> <ports|sdk>`.
 */
import { runSeeds } from '../sim/run-seeds.ts';

const [from = '1', count = '1', level = 'ports'] = process.argv.slice(2);
if (level !== 'ports' && level !== 'sdk' && level !== 'payments')
  throw new TypeError(`The level is ports, sdk or payments; received ${level}.`);

// Nobody reads the stack of an injected error, and making it is dear.
Error.stackTraceLimit = 0;
/** A simulator that breaks shows that something is wrong, but not that an invariant watches over it. */
const found = (violations: readonly { readonly invariant: string }[]) => violations.find(({ invariant }) => invariant !== 'simulator');
const totals = await runSeeds({
  from: Number(from),
  count: Number(count),
  level,
  until: ({ violations }) => found(violations) !== undefined,
});
const failure = totals.failures.find(({ violations }) => found(violations) !== undefined);
process.stdout.write(`${JSON.stringify(failure === undefined ? null : { seed: failure.seed, violation: found(failure.violations) })}\n`);
process.exit(0);
