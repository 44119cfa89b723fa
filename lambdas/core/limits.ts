/** Every bound of the product, with its unit and the reason for its value. */

/** Payment providers send a few KB; this leaves room for their largest events and keeps an item under DynamoDB's 400 KB. */
export const REQUEST_BYTES_MAX = 256 * 1024;
/** API Gateway allows 10,240 bytes for all headers together; a signature header is far below this. */
export const HEADER_BYTES_MAX = 8 * 1024;
/** During a secret rotation a provider lists two signatures; more than this is an attempt to burn our CPU. */
export const SIGNATURES_PER_HEADER_MAX = 16;
/** A source has one secret and, while it is rotated, one or two more. */
export const ACTIVE_SECRETS_MAX = 8;
/** Real events nest about ten deep; JSON.parse takes 200,000 and any later recursion would overflow. */
export const JSON_DEPTH_MAX = 64;
/** Ids become part of item keys: providers use under 64 characters. */
export const IDENTITY_CHARACTERS_MAX = 255;
/** Event types stand in routes, message attributes and log lines; the longest of a provider has under 70 characters. */
export const TYPE_CHARACTERS_MAX = 128;
/** A batch request of a provider; beyond this the answer could not be given before its deadline. */
export const EVENTS_PER_REQUEST_MAX = 1_000;
/** Each event of a request is a transaction of its own; more at once would only queue behind the SDK's 50 sockets. */
export const TRANSACTIONS_IN_FLIGHT_MAX = 16;

/** Clock skew and network delay on a signed request, both ways: what Stripe and Standard Webhooks use. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;
/** How long ingest tries before 503. DynamoDB's own recovery of a transaction wants a retry at least 5 s after the first try. */
export const INGEST_DEADLINE_MILLIS = 8_000;
/** Kept free of a provider's own deadline, for the way back to it. */
export const ANSWER_MARGIN_MILLIS = 1_000;
/** What a 503 asks the provider to wait; most providers have their own schedule and ignore it. */
export const RETRY_AFTER_SECONDS = 5;
/** A frozen transaction carries its slot: sent later than this it could land in a slot that settlement has already read. */
export const FROZEN_TRANSACTION_MILLIS_MAX = 60_000;
/** Kept free at the end of an invocation, so that the answer leaves before Lambda's timeout ends the function. */
export const INVOCATION_MARGIN_MILLIS = 1_000;

/** First wait of the retry loop; a conflict is over in a few milliseconds. */
export const RETRY_BASE_MILLIS = 25;
/** Longest single wait of the retry loop, so that several tries fit into the ingest deadline. */
export const RETRY_CAP_MILLIS = 1_000;
/** A version clash under load ends after one or two fresh reads; five in a row mean a hot item, and the message backs off. */
export const APPLY_ATTEMPTS_MAX = 5;

/** What a consumer sends elsewhere stays for ever: a request or a mail without attachments is a few KB, and what is larger has a place and a name. */
export const PREPARED_BYTES_MAX = 64 * 1024;
/** A call may be under way as long as its function runs, 30 s: the rest of the key's life must be longer than that. */
export const KEY_LIFE_SECONDS_MIN = 300;
/** Kept free after a call elsewhere, for reading and for the transaction with the marker: three requests that take as long as they may. */
export const PERFORM_RESERVE_MILLIS = 6_000;

/** DEFLATE refers at most 32 KiB back (RFC 1951), so a longer dictionary would never be reached. */
export const DICTIONARY_BYTES_MAX = 32 * 1024;
/** A larger body repeats itself enough, and a message that only points to its payload can be read without any dictionary. */
export const DICTIONARY_BODY_BYTES_MAX = 64 * 1024;

/** DynamoDB's limit for one transaction (TransactWriteItems API reference). */
export const TRANSACTION_ACTIONS_MAX = 100;
/** The outbox is read slot by slot: five minutes keep a slot's N queries cheap and the settlement delay short. */
export const SLOT_SECONDS = 300;
/** Shards of an outbox slot: 16 partitions take 16,000 write units a second. */
export const OUTBOX_SHARDS = 16;
/** Events published because of published events; a longer chain is a circle of consumers, which would run and cost for ever. */
export const CHAIN_EVENTS_MAX = 16;
/** How long an outbox item is kept once nothing needs it: the longest window of a provider's own event list. */
export const OUTBOX_RETENTION_SECONDS = 30 * 24 * 3600;

/** SQS takes ten entries a batch (SendMessageBatch API reference). */
export const BATCH_ENTRIES_MAX = 10;
/** SQS takes 1 MiB a batch, attributes included; this leaves room for them. */
export const BATCH_BYTES_MAX = 900 * 1000;
/** Above this a message carries a pointer to its outbox item: SQS is billed by 64 KB chunks and the item is there anyway. */
export const MESSAGE_BYTES_MAX = 200 * 1000;
/** A relay with this many records to send never has more batches than this under way, so that one function stays within its sockets. */
export const BATCHES_IN_FLIGHT_MAX = 32;

/** A queue that fails longer than this is left to the mapping's own retries, so that it delays the others' messages by seconds only. */
export const RELAY_DEADLINE_MILLIS = 8_000;

/** A queue that alone fails longer than this is left to settlement: a stream's shard keeps its order, so everybody's events would wait for it. */
export const QUEUE_PATIENCE_SECONDS = 120;
/** The mapping comes back with a failed batch well within this; two failures further apart are two, not one that goes on. */
export const QUEUE_FAILURE_GAP_SECONDS = 60;
/** Event ids in one log line: enough to begin with, far below the size of a log event. */
export const LOGGED_EVENTS_MAX = 20;

/** How old the items of a slot are when settlement looks at them: after the relay's usual way, after a message's redeliveries, and at the ends of days. */
export const SETTLEMENT_AGES_SECONDS = [15 * 60, 3600, 6 * 3600, 24 * 3600, 72 * 3600] as const;
/** After the last of these ages what is still unsettled is looked at once a day, until it settles. */
export const SETTLEMENT_REPEAT_SECONDS = 24 * 3600;
/** Missing markers that one row of the settlement table names; of more it keeps the range. */
export const UNSETTLED_KEYS_ENTRIES_MAX = 500;
/** What those names may weigh together: an item ends at 400 KB, and a key may have 1 KB of letters from anywhere. */
export const UNSETTLED_KEYS_BYTES_MAX = 300_000;
/** Names of a row that are worked on at a time: each brings its payload into memory. */
export const NAMES_AT_ONCE_ENTRIES_MAX = 50;
/** Messages that settlement sends to one consumer in one run: three a second, which no consumer notices. */
export const SENT_AGAIN_ENTRIES_MAX = 1_000;
/** From so many waiting messages on, a queue has enough to do: what is missing is most likely among them. */
export const BACKLOG_ENTRIES_MAX = 1_000;
/** A message is this much younger than its item at most while all is well: the relay's delay, and the minute by which a metric is late. */
export const RELAY_DELAY_SECONDS_MAX = 600;
/** Messages get into a dead-letter queue after twelve receives: 36 minutes at the earliest, so what is younger cannot be there. */
export const DEAD_LETTER_AGE_SECONDS_MIN = 30 * 60;
/** How long settlement asks what waits in a queue; a queue that does not say is left alone for this run. */
export const BACKLOG_PATIENCE_MILLIS = 5_000;
/** One row may take so long of a run, so that a partition that does not answer leaves time for the others. */
export const ROW_PATIENCE_MILLIS = 20_000;
/** Kept free at the end of a run: a look that has begun goes to its end. */
export const SETTLEMENT_MARGIN_MILLIS = 20_000;
/** Rows that one run of settlement takes up: with 500 keys each some 20 MB, read and done within a minute. */
export const OPEN_ROWS_ITEMS_MAX = 200;
/** Markers asked for at once (BatchGetItem API reference: up to 100 items). */
export const MARKERS_ENTRIES_MAX = 100;
/** Partitions that settlement works on at the same time; each holds a page of 1 MB. */
export const PARTITIONS_IN_FLIGHT_ITEMS_MAX = 8;
/** Events that have waited for so long are worth a human's look: redeliveries are over by then. */
export const UNSETTLED_ALARM_SECONDS = 6 * 3600;

/** First wait of a failed message before it is seen again. */
export const REDELIVERY_BASE_SECONDS = 5;
/** Longest wait between two receives of a failing message. */
export const REDELIVERY_CAP_SECONDS = 900;
/** Receives before the dead-letter queue: with the waits above they span more than an hour. */
export const RECEIVES_MAX = 12;

/** A cached secret is read again after this, so that an added entry is in use within five minutes without any mismatch. */
export const SECRET_CACHE_SECONDS = 300;
/** While nothing could be read yet, each request asks again, but not more often than this: callers that never sign must cost nothing. */
export const SECRET_RETRY_MILLIS = 1_000;
/** A signature that does not match forces a fresh read at most this often, or an attacker could drive the Secrets Manager bill. */
export const SECRET_REFRESH_SECONDS = 30;

/** How long a held secret counts while it cannot be read anew: an outage of a day must not stop payments, a secret that was taken away must not live for ever. */
export const SECRET_STALE_SECONDS_MAX = 24 * 3600;

/** A provider signs with one or two keys at a time; made-up names of keys must not fill the memory. */
export const KEYS_HELD_ENTRIES_MAX = 16;
/** A stranger can name any key: this bounds what he makes us ask the provider for, in `KEY_FETCH_WINDOW_SECONDS` and by one function instance. */
export const KEY_FETCH_ATTEMPTS_MAX = 10;
/** The time over which they are counted: a flood is over or noticed by then. */
export const KEY_FETCH_WINDOW_SECONDS = 60;
/** A certificate or a key is a few KB; a longer answer is not read to its end. */
export const KEY_BYTES_MAX = 64 * 1024;
/** A name the provider has no key for is not asked for again before this: a made-up one that comes often costs one fetch. */
export const KEY_ABSENT_SECONDS = 60;
/** After a fetch that decided nothing the same key is left alone for so long: in an outage each request would wait for the timeout. */
export const KEY_RETRY_SECONDS = 10;
/** How much longer a held key counts while it cannot be fetched anew: an outage of a day must not stop payments, a withdrawn key must not live for ever. */
export const KEY_STALE_SECONDS_MAX = 24 * 3600;
/** A provider's file holds its certificate and one to three above it; each one more is a signature to check. */
export const CERTIFICATE_CHAIN_ITEMS_MAX = 6;
/** Name, TCP and TLS over the Internet take a few hundred milliseconds; this survives one lost packet, which costs a second. */
export const FETCH_CONNECTION_TIMEOUT_MILLIS = 1_500;
/** One whole fetch over the Internet: most of the ingest deadline must be left for the store. */
export const FETCH_TIMEOUT_MILLIS = 3_000;

/** The time over which fetches of objects are counted: a flood is over or noticed by then. */
export const OBJECT_FETCH_WINDOW_SECONDS = 60;
/** A stranger may know a real id: this bounds how often he makes us fetch it, in that window and by one function instance. A payment changes a few times a minute at most. */
export const OBJECT_FETCH_ATTEMPTS_MAX = 10;
/** A stranger can make ids up: after so many that the provider does not know, none is asked for until the window is over. A real provider names none of them. */
export const ABSENT_OBJECTS_ITEMS_MAX = 30;

/** A charge waits for the payer's bank: Stripe's own client gives it 80 s, and most banks answer in three. What takes longer is looked up. */
export const CHARGE_TIMEOUT_MILLIS = 20_000;
/** A read-only call of a provider API: a page of a hundred objects comes in about a second. */
export const PROVIDER_READ_TIMEOUT_MILLIS = 10_000;
/** One payment with all that a provider tells of it is about 5 KB, and with an error around it not much more. */
export const PROVIDER_OBJECT_BYTES_MAX = 256 * 1024;
/** A page of a provider's list: fifty events of 80 KB each. */
export const PROVIDER_LIST_BYTES_MAX = 4 * 1024 * 1024;
/** The longest wait a provider may ask for: with an hour the schedule goes on, whatever it sent. */
export const PROVIDER_WAIT_SECONDS_MAX = 3_600;

/** A TCP connection inside a Region is up in a few milliseconds. */
export const CONNECTION_TIMEOUT_MILLIS = 1_000;
/** The slowest healthy DynamoDB transaction is far below this; a hung socket must not eat the deadline. */
export const REQUEST_TIMEOUT_MILLIS = 2_000;

/** The Idempotency-Key of a caller; what Stripe takes, and far more than a UUID needs. */
export const IDEMPOTENCY_KEY_CHARACTERS_MAX = 255;
/** Partitions of each index of the payments table for one provider: a partition takes 1,000 write units a second. */
export const PAYMENT_SHARDS = 8;
/** An intent that was never sent is not sent after this, or after the first part of its key's life where that is shorter: an old message that is moved back charges nobody by surprise. */
export const PAYMENT_NOT_AFTER_SECONDS = 24 * 3600;
/** The share of a provider's key life in which the key is used again; the rest is for clocks that differ and for requests under way. */
export const KEY_LIFE_FRACTION = 0.8;
/** When the clock takes up a payment whose message has not come: the relay and the queue are usually done in seconds. */
export const PAYMENT_MESSAGE_SECONDS = 600;
/** How long a call may be under way before somebody else tries the same key: longer than any function that makes one. */
export const PAYMENT_LEASE_SECONDS = 90;
/** First wait after a charge whose outcome is not known. */
export const CHARGE_RETRY_BASE_SECONDS = 30;
/** Longest wait between two tries of one charge. */
export const CHARGE_RETRY_CAP_SECONDS = 3600;
/** A wrong API key is mended by a person, not in seconds. */
export const UNAUTHORIZED_RETRY_SECONDS = 300;
/** Lists of providers lag: a payment is absent only where two looks so far apart did not find it. */
export const ABSENT_QUIET_SECONDS = 15 * 60;
/**
 * A look for a charge begins so much before it was asked for and ends so much after its last try: two minutes for clocks that differ, one for the function that wrote
 * the try down and then called, and eighty seconds for the provider, which goes on when we have hung up.
 */
export const LOOK_MARGIN_SECONDS = 300;
/** Until a look is made again that nobody answered: an outage of the provider is over in minutes or lasts for hours. */
export const LOOK_AGAIN_SECONDS = 300;
/** Pages of a list that one look reads in a turn: 5,000 payments; the next turn goes on where it ended. */
export const LOOK_PAGES_MAX = 50;
/** Entries in the history of a payment; the states of one go round only where a payer fails again and again. */
export const PAYMENT_HISTORY_ENTRIES_MAX = 50;
/** Payments that one run of their clock takes up; each may take a call of twenty seconds. */
export const DUE_PAYMENTS_ITEMS_MAX = 400;
/** Pages of one partition that a run reads where payments fail, such as those of a newer release: 8,000 of them hold up nobody. */
export const DUE_PAGES_MAX = 20;
/** Calls to the provider at once by one clock: Stripe lets 100 a second through in live mode, and the charge function has its share. */
export const DUE_PAYMENTS_IN_FLIGHT_ITEMS_MAX = 16;
/** How long the clock of payments asks one partition what is due; the next run asks again. */
export const DUE_PATIENCE_MILLIS = 8_000;
/** How old something must be before it counts as missing: webhooks take seconds, and a lost one is tried again within minutes. */
export const RECONCILE_GRACE_SECONDS = 15 * 60;
/** Pages of the provider's events that are read before what they tell is compared, and the place is written down. */
export const RECONCILE_PAGES_A_STEP_MAX = 10;
/** A step is a day at most: where the provider lists nothing it is still 288 slots of the outbox to read, some seconds. */
export const RECONCILE_STEP_SECONDS_MAX = 24 * 3600;
/** Where no list bounds a step: so much of the outbox is kept in memory at once. */
export const UNLISTED_STEP_SECONDS = 3600;
/** Webhooks come within seconds. What comes later than this was tried again or brought in, and is looked for by the second in which it happened. */
export const RECONCILE_LATE_SECONDS = 15 * 60;
/** Late events so close to each other are looked for together: a page of a list holds more than a quiet minute. */
export const LATE_GAP_SECONDS = 60;
/** Providers say for how many days they keep events, and not to which second. */
export const EVENTS_KEPT_MARGIN_SECONDS = 3600;
/** Differences of one run that are kept one by one; of more only the number is kept, since a person does not read them one by one. */
export const DIFFERENCES_ITEMS_MAX = 5_000;
/** How long reports are kept: a year and the month in which it is closed. */
export const REPORT_SECONDS = 400 * 24 * 3600;
/** Tries of one page of the provider's before a run stops; the next one goes on there. */
export const RECONCILE_ATTEMPTS_MAX = 8;
/** First wait before a page is asked for again. */
export const RECONCILE_RETRY_SECONDS = 1;
/** Longest wait between two tries of one page; where the provider asks for more the run stops, for waiting is paid for. */
export const RECONCILE_WAIT_SECONDS_MAX = 60;
/** Stripe makes the movement on the balance with the charge; clocks within a provider differ by less. */
export const TRANSACTION_MARGIN_SECONDS = 300;
/** Reads of single items that a run has under way at once. */
export const RECONCILE_READS_ITEMS_MAX = 16;
/** Kept free at the end of a run: what is begun goes to its end, and the place is written down. */
export const RECONCILE_MARGIN_MILLIS = 60_000;
