/**
 * I9: what only a mistake of ours can cause must not happen, however bad the network: a refused request, a token reused with other bytes, a
 * function that throws, work after the answer. Injected errors are not counted.
 */
import type { MakeInvariant } from '../invariant.ts';

/** What the services answer when all is well: a condition that did not hold, and two that met. */
const USUAL: ReadonlySet<string> = new Set([
  'TransactionCanceledException',
  'TransactionInProgressException',
  'TransactionConflictException',
  'ConditionalCheckFailedException',
  'ReceiptHandleIsInvalid',
  'InvalidParameterValue',
  'MessageNotInflight',
]);

export const neverErrors: MakeInvariant = () => ({
  name: 'I9 never errors',
  see: (sighting, report) => {
    if (sighting.kind === 'refused' && sighting.by !== 'operator' && !USUAL.has(sighting.code))
      report(`${sighting.by} was refused ${sighting.operation}: ${sighting.code} ${sighting.message}`);
    if (sighting.kind === 'refused' && sighting.code === 'TransactionCanceledException' && /ValidationError/.test(sighting.message))
      report(`${sighting.by}: ${sighting.message}`);
    if (sighting.kind === 'function threw' && !mayThrow(sighting)) report(`${sighting.by} threw: ${sighting.error}`);
    if (sighting.kind === 'worked after the answer') report(`${sighting.by} went on after its answer: ${sighting.what}`);
    if (sighting.kind === 'counted' && sighting.metric === 'NeverErrors') report(`${sighting.by} counted an error that must never happen`);
  },
});

/** Settlement throws where the store does not answer: then nothing is passed over. The others have an answer for everything. */
function mayThrow({ by, error }: { readonly by: string; readonly error: string }): boolean {
  return by.startsWith('settle/') && error.startsWith('RetryableError');
}
