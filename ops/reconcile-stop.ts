/** Why a reconciliation was stopped, and how it goes on. */

const REFUSED = 'a table refused to be read or written. Check what these credentials may do (docs/cli.md).';

const REASONS: { readonly [code: string]: string } = {
  OUT_OF_TIME: 'a run takes 15 minutes at most, and this window takes longer.',
  PROVIDER_UNAVAILABLE: 'the provider did not give a page of its list, however often it was asked.',
  PROVIDER_UNAUTHORIZED:
    'the provider does not take the API key, or the key may not read its lists. Put in one that may: npx oncehook secret set payments/<provider>.',
  NO_LIST: 'the provider says that it has no such list: its API has changed, or the API key may not read it.',
  CURSOR_REPEATS: "the provider's list came to the same place twice.",
  READ_UNAVAILABLE: 'DynamoDB throttles or is unreachable.',
  STORE_UNAVAILABLE: 'DynamoDB throttles or is unreachable.',
  STORE_REFUSED: REFUSED,
  AccessDeniedException: REFUSED,
};

export type StopText = { readonly why: string; readonly next: string };

export function stopText(runId: string, code: string): StopText {
  const reason = REASONS[code];
  const why = reason === undefined ? code : `${code}: ${reason}`;
  if (runId.endsWith('#dry')) return { why, next: 'A dry run writes nothing down, so the next one begins anew.' };
  const kind = runId.split('#')[0] ?? '';
  const run = kind === 'asked' ? 'of the same --from and --to' : `with --hours ${kind.replace(/h$/, '')}, here or by the schedule,`;
  return { why, next: `What was compared so far is written down; the next run ${run} goes on from there.` };
}
