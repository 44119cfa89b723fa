/** Every number of the deployment, with its unit and the reason for its value. The bounds of the code are in `lambdas/core/limits.ts`. */
import { INGEST_DEADLINE_MILLIS, INVOCATION_MARGIN_MILLIS, REQUEST_TIMEOUT_MILLIS } from '../lambdas/core/limits.ts';

/** Duration is a small part of the bill (under 5 %) and a cold start is bound by the processor, which comes with the memory. */
export const FUNCTION_MEMORY_MEBIBYTES = 512;

/** Ingest answers 503 by itself at its deadline: the timeout leaves room for a last request under way, and never cuts an answer off. */
export const INGEST_TIMEOUT_SECONDS = Math.ceil((INGEST_DEADLINE_MILLIS + REQUEST_TIMEOUT_MILLIS + INVOCATION_MARGIN_MILLIS) / 1000);
/** A batch of 100 records is a few dozen SQS calls; the rest is room for retries inside one invocation. */
export const RELAY_TIMEOUT_SECONDS = 30;
/** Ten messages, each one transaction and its conflict retries. */
export const CONSUME_TIMEOUT_SECONDS = 30;

/** It takes a request as ingest does, and answers by itself at the same deadline. */
export const PAY_TIMEOUT_SECONDS = INGEST_TIMEOUT_SECONDS;
/** A charge takes the provider a second or two, and one that hangs most of a minute. */
export const CHARGE_TIMEOUT_SECONDS = 60;
/** A charge that hangs holds up the others of its batch: few of them. */
export const CHARGE_BATCH_MESSAGES = 5;
/** With their batches 25 charges at a time, which is what Stripe takes of a sandbox in a second; others take more. */
export const CHARGE_CONCURRENCY_MAX = 5;

/** Payments are due to the minute; the finest that EventBridge has. */
export const PAYMENTS_CLOCK_EVERY_MINUTES = 1;
/** Short of the time until the next run. */
export const PAYMENTS_CLOCK_TIMEOUT_SECONDS = 50;
/** A run that could not start by then is left to the next one. */
export const PAYMENTS_CLOCK_EVENT_MINUTES_MAX = 1;

/**
 * How often reconciliation runs, and how far it looks back. An event that is told late is in the next hours; four days are the longest that
 * providers try again; a month is what they keep.
 */
export const RECONCILE_RUNS = [
  { everyHours: 1, hours: 3 },
  { everyHours: 24, hours: 96 },
  { everyHours: 7 * 24, hours: 30 * 24 },
] as const;
/** The longest that Lambda lets a function run: a month of lists takes minutes. */
export const RECONCILE_TIMEOUT_SECONDS = 900;
/** A run that could not start by then is left to the next one. */
export const RECONCILE_EVENT_MINUTES_MAX = 60;

/** Short of the time until the next run, so that two runs at once are rare. */
export const SETTLE_TIMEOUT_SECONDS = 270;
/** A slot is five minutes long: each run finds one more that is old enough. */
export const SETTLE_EVERY_MINUTES = 5;

/** A run that could not start by then is left to the next one. */
export const SETTLE_EVENT_MINUTES_MAX = 2;

/** AWS asks for a visibility of six times the timeout, so that a throttled mapping can retry a batch before it is seen by another. */
export const VISIBILITY_TIMEOUTS = 6;

/** A fair share of packed SQS batches (ten batches of ten) while one record in error repeats little. */
export const STREAM_BATCH_RECORDS = 100;
/**
 * One lane keeps batches whole, so that SQS calls carry ten messages; a shard takes 1,000 write units a second, which is less than one
 * lane forwards.
 */
export const STREAM_LANES_PER_SHARD = 1;
/**
 * The most that Lambda allows: the record's age is the bound. Ten tries are over in a minute or two, and would give up every batch of a
 * longer outage. What can never be sent does not come back to the mapping at all.
 */
export const STREAM_RETRIES_MAX = 10_000;
/** A record that cannot be sent must leave its shard well before the stream trims what waits behind it at 24 hours. */
export const STREAM_RECORD_HOURS_MAX = 6;

/** What SQS gives to one invocation at most without a batching window, and a window would only add delay. */
export const QUEUE_BATCH_MESSAGES = 10;
/** Bounds a consumer's load on its tables, and its share of the account's concurrency; waiting in the queue costs no receives. */
export const CONSUME_CONCURRENCY_MAX = 50;
/** A message keeps its age when it moves to the dead-letter queue: the queue's days and the dead-letter queue's must not be equal. */
export const QUEUE_RETENTION_DAYS = 4;
/** The longest that SQS keeps a message, so that a dead letter outlives a long weekend. */
export const DEAD_LETTER_RETENTION_DAYS = 14;

/** The longest that SQS keeps a message: nobody would send it again. One that is moved to the dead-letter queue keeps its age, and has what is left of it. */
export const DELIVERY_RETENTION_DAYS = 14;
/** For readers that say nothing else when they receive: as long as our own functions have. */
export const DELIVERY_VISIBILITY_SECONDS = VISIBILITY_TIMEOUTS * CONSUME_TIMEOUT_SECONDS;

/** Relay and settlement are told all queue URLs in their environment, where 4 KB is the end; a URL with its name is up to 180 characters. The built-in ones count. */
export const CONSUMERS_MAX = 20;

/** Ids and counts only, no payloads: enough for a quarter's questions. */
export const LOG_RETENTION_DAYS = 90;

/** Requests a second of one source. It bounds the bill of a flood; a provider that is told 429 tries again. */
export const SOURCE_REQUESTS_PER_SECOND = 500;
/** A burst of a provider's backlog; what is above it comes again. */
export const SOURCE_REQUESTS_BURST = 1_000;

/** Requests a second to make or to look at payments. They are the owner's own programs, and more than a provider takes only waits in a queue. */
export const PAYMENTS_REQUESTS_PER_SECOND = 100;
/** A batch of a program's own, such as the renewals of a day. */
export const PAYMENTS_REQUESTS_BURST = 500;
