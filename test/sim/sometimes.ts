/** What must have happened over many seeds, or the simulator has not been where it claims to be. */
import { FAULT_CLASSES } from './faults.ts';
import { PAYMENT_BRANCHES, PAYMENT_RARE, PAYMENT_UNUSED } from './payments/payment-branches.ts';
import { PAYMENT_FAULT_CLASSES } from './payments/payment-faults.ts';
import type { RunTotals } from './run-seeds.ts';

/** From so many seeds on something that never happened is a failure of the simulator; before, it may be chance. */
const SOMETIMES_SEEDS_MIN = 500;

const BRANCHES = [
  // Ingest
  'webhook answered 200',
  'webhook answered 401',
  'webhook answered 500',
  'webhook answered 503',
  'EventsStored',
  'EventsDuplicate',
  'EventsQuarantined',
  'FingerprintMismatch',
  'SecretMatched',
  'SecretUnavailable',
  'IngestUnavailable',
  'Unauthorized no-match',
  'Unauthorized no-header',
  'Unauthorized too-old',
  'forged with a secret that has ended',
  // Transactions
  'TransactionConflicts',
  'TransactionRetries',
  // The relay and its mapping
  'SendCalls',
  'MessagesSent',
  'RelayRetried',
  'RelayGivenUp refused',
  'RelayGivenUp queue-failing',
  'stream batch failed',
  'stream batch partial',
  'records given up for their age',
  // Consumers and their mappings
  'EffectsApplied',
  'EffectsDuplicate',
  'EffectsStale',
  'EffectsRejected',
  'MarkersFound',
  'ApplyRetried',
  'MessagesFailed TypeError',
  'MessagesFailed APPLY_TIMEOUT',
  'MessagesFailed STORE_UNAVAILABLE',
  'MessagesFailed STATE_KEEPS_CHANGING',
  'MessagesFailed PERFORM_TIMEOUT',
  'BackOffFailed TimeoutError',
  'BackOffFailed MessageNotInflight',
  'queue batch done',
  'queue batch partial',
  'queue batch failed',
  // Elsewhere
  'OutsideCalls',
  'OutsideLookUps',
  'MessagesFailed NOT_CERTAIN',
  'elsewhere: requestLost',
  'elsewhere: replyLost',
  'elsewhere: late',
  'elsewhere: down',
  'elsewhere: killedBefore',
  'elsewhere: killedAfter',
  // Settlement
  'settlement ran',
  'settlement failed',
  'SettlementSent',
  'SettlementHeld backlog',
  'SettlementHeld dead-letters',
  // Levels
  'level ports',
  'level sdk',
] as const;

/** Seen in one of a hundred seeds or fewer: expected from so many seeds on. */
const RARE: ReadonlySet<string> = new Set([
  'metric late or silent',
  'webhook days late',
  'mapping paused for hours',
  'records given up for their age',
  'MessagesFailed STATE_KEEPS_CHANGING',
  'SettlementHeld dead-letters',
  'OutsideLookUps',
  'MessagesFailed NOT_CERTAIN',
  'elsewhere: down',
]);
const RARE_SEEDS_MIN = 5_000;

/** Fault classes and branches that never came up, although there were seeds enough for them. */
export function neverHappened(
  { seeds, faultsByClass, happened }: Pick<RunTotals, 'seeds' | 'faultsByClass' | 'happened'>,
  world: 'webhooks' | 'payments' = 'webhooks',
): readonly string[] {
  if (seeds < SOMETIMES_SEEDS_MIN) return [];
  const { names, rare } = EXPECTED[world];
  const expected = names.filter((name) => seeds >= RARE_SEEDS_MIN || !rare.has(name));
  return expected.filter((name) => !(name in faultsByClass) && !(name in happened));
}

const EXPECTED: { readonly [world in 'webhooks' | 'payments']: { readonly names: readonly string[]; readonly rare: ReadonlySet<string> } } =
  {
    webhooks: { names: [...FAULT_CLASSES, ...BRANCHES], rare: RARE },
    payments: {
      names: [...FAULT_CLASSES.filter((name) => !PAYMENT_UNUSED.has(name)), ...PAYMENT_FAULT_CLASSES, ...PAYMENT_BRANCHES],
      rare: PAYMENT_RARE,
    },
  };
