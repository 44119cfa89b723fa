/** Sends missing events to their consumers' queues again, with back-pressure: only to a queue that has little to do, and only so many in one run. */
import type { DictionaryOf } from '../core/codec.ts';
import { errorCode } from '../core/errors.ts';
import { BACKLOG_PATIENCE_MILLIS, LOGGED_EVENTS_MAX, RELAY_DEADLINE_MILLIS, SENT_AGAIN_ENTRIES_MAX } from '../core/limits.ts';
import { messageText } from '../core/message.ts';
import type { OutboxRecord } from '../core/outbox.ts';
import type { Backlog, Backlogs } from '../core/ports.ts';
import { consumerOf } from '../core/routes.ts';
import { heldBecause, isBusy } from '../core/settlement.ts';
import { packBatches } from './pack-batches.ts';
import { type SendPorts, sendBatch } from './send-batch.ts';
import { untilAnswered } from './until-answered.ts';

/** Queue URLs by consumer name. */
export type SendAgainSettings = { readonly queueUrls: { readonly [consumer: string]: string }; readonly dictionaryOf: DictionaryOf };

export type SendAgainPorts = SendPorts & { readonly backlogs: Backlogs };

/** An event at an address where it has no marker. */
export type Missing = { readonly record: OutboxRecord; readonly address: string };

export type Resender = {
  /** Whether this run may still send something to the address; also true for one without a queue, which is reported each time. */
  hasRoom(address: string): Promise<boolean>;
  /** `ageSeconds` is how old the youngest of them is. Answers with those that this run had no room for, or whose queue is busy or failing; everything else had its turn. */
  send(missing: readonly Missing[], at: { readonly ageSeconds: number; readonly deadlineMillis: number }): Promise<readonly Missing[]>;
  /** How many messages were handed to queues so far. */
  tried(): number;
};

/** For one run: what it knows of the queues is read once and grows old with it. */
export function createResender(settings: SendAgainSettings, ports: SendAgainPorts): Resender {
  const lanes = new Map<string, Lane>();
  const laneOf = (address: string): Lane | undefined => {
    const consumer = consumerOf(address);
    const queueUrl = consumer !== undefined && Object.hasOwn(settings.queueUrls, consumer) ? settings.queueUrls[consumer] : undefined;
    if (consumer === undefined || queueUrl === undefined) return undefined;
    const lane = lanes.get(consumer) ?? { consumer, queueUrl, missing: 0, sent: 0, failing: false, backlog: undefined };
    lanes.set(consumer, lane);
    return lane;
  };
  return {
    hasRoom: async (address) => {
      const lane = laneOf(address);
      return lane === undefined || (!lane.failing && lane.sent < SENT_AGAIN_ENTRIES_MAX && !isBusy(await backlogOf(lane, ports)));
    },
    tried: () => [...lanes.values()].reduce((sum, { sent }) => sum + sent, 0),
    send: async (missing, at) => {
      const byLane = Map.groupBy(missing, ({ address }) => laneOf(address));
      const left: Missing[] = [];
      for (const [lane, own] of byLane) {
        if (lane === undefined) reportUnknown(own, ports);
        else left.push(...(await sendTo(lane, own, { ...at, settings, ports })));
      }
      return left;
    },
  };
}

type Lane = {
  readonly consumer: string;
  readonly queueUrl: string;
  /** Events that this run found missing at it. */
  missing: number;
  /** Messages that were tried, whether the queue took them or not. */
  sent: number;
  /** The queue did not take what it was sent: it is left alone for the rest of the run. */
  failing: boolean;
  /** Asked for once in a run. */
  backlog: Promise<Backlog> | undefined;
};

type At = {
  readonly ageSeconds: number;
  readonly deadlineMillis: number;
  readonly settings: SendAgainSettings;
  readonly ports: SendAgainPorts;
};

async function sendTo(lane: Lane, missing: readonly Missing[], at: At): Promise<readonly Missing[]> {
  const { telemetry } = at.ports;
  lane.missing += missing.length;
  const backlog = await backlogOf(lane, at.ports);
  if (isBusy(backlog)) {
    telemetry.count('SettlementHeld', missing.length, { reason: 'busy' });
    return missing;
  }
  const held = heldBecause(backlog, { ageSeconds: at.ageSeconds, missing: lane.missing });
  if (held !== undefined) {
    telemetry.count('SettlementHeld', missing.length, { reason: held });
    return [];
  }
  if (lane.failing) return missing;
  // Counted before it is sent: partitions are worked on side by side.
  const room = Math.max(0, SENT_AGAIN_ENTRIES_MAX - lane.sent);
  const now = missing.slice(0, room);
  lane.sent += now.length;
  return [...(await sendAll(lane, now, at)), ...missing.slice(room)];
}

/** Answers with those that the queue did not take and may take another time. */
async function sendAll(lane: Lane, missing: readonly Missing[], { settings, ports, deadlineMillis }: At): Promise<readonly Missing[]> {
  const messages = missing.flatMap((one) => messageOf(one, settings, ports));
  const left: Missing[] = [];
  const sent: string[] = [];
  for (const batch of packBatches(messages)) {
    if (lane.failing) {
      left.push(...batch.map(({ missing: one }) => one));
      continue;
    }
    // One queue that hangs must not take the time of the whole run.
    const untilMillis = Math.min(deadlineMillis, ports.clock.nowMillis() + RELAY_DEADLINE_MILLIS);
    const result = await sendBatch(ports, lane.queueUrl, {
      bodies: batch.map(({ body }) => body),
      deadlineMillis: untilMillis,
      once: false,
    });
    const unsent = [...result.retryable, ...result.permanent];
    left.push(...batch.filter((_, index) => result.retryable.includes(index)).map(({ missing: one }) => one));
    sent.push(...batch.filter((_, index) => !unsent.includes(index)).map(({ missing: one }) => one.record.id));
    lane.failing ||= result.retryable.length > 0;
    if (unsent.length === 0) continue;
    ports.telemetry.count('SettlementNotSent', unsent.length);
    const eventIds = unsent.map((index) => batch[index]?.missing.record.id).join(' ');
    ports.telemetry.log('error', 'events not sent again', { consumer: lane.consumer, refused: result.permanent.length, eventIds });
  }
  ports.telemetry.count('SettlementSent', sent.length);
  if (sent.length > 0) {
    const eventIds = sent.slice(0, LOGGED_EVENTS_MAX).join(' ');
    ports.telemetry.log('warn', 'events sent again', { consumer: lane.consumer, messages: sent.length, eventIds });
  }
  return left;
}

type Message = { readonly missing: Missing; readonly body: string; readonly bytes: number };

function messageOf(missing: Missing, { dictionaryOf }: SendAgainSettings, { telemetry }: SendAgainPorts): Message[] {
  const { record, address } = missing;
  try {
    const body = messageText(record, address, dictionaryOf);
    return [{ missing, body, bytes: Buffer.byteLength(body) }];
  } catch (error) {
    telemetry.count('SettlementUnreadable');
    telemetry.log('error', 'payload not readable', { eventId: record.id, code: errorCode(error) });
    return [];
  }
}

function backlogOf(lane: Lane, ports: SendAgainPorts): Promise<Backlog> {
  lane.backlog ??= askBacklog(lane, ports);
  return lane.backlog;
}

/** A queue that does not even say what waits in it counts as busy; the next run asks again. */
async function askBacklog({ queueUrl, consumer }: Lane, ports: SendAgainPorts): Promise<Backlog> {
  try {
    const untilMillis = ports.clock.nowMillis() + BACKLOG_PATIENCE_MILLIS;
    return await untilAnswered(ports, untilMillis, () => ports.backlogs.of(queueUrl));
  } catch (error) {
    ports.telemetry.count('BacklogUnknown');
    ports.telemetry.log('error', 'backlog unknown', { consumer, code: errorCode(error) });
    return { waiting: Number.POSITIVE_INFINITY, deadLetters: 0, oldestSeconds: undefined };
  }
}

/** A consumer that was taken away without being declared retired: its events stay open until somebody decides. */
function reportUnknown(missing: readonly Missing[], { telemetry }: SendAgainPorts): void {
  const addresses = new Set(missing.map(({ address }) => address));
  for (const address of addresses) {
    const own = missing.filter((one) => one.address === address);
    telemetry.count('SettlementUnknownAddress', own.length);
    telemetry.log('error', 'no queue for this address', {
      address,
      messages: own.length,
      eventIds: namesOf(own),
    });
  }
}

function namesOf(missing: readonly Missing[]): string {
  return missing
    .slice(0, LOGGED_EVENTS_MAX)
    .map(({ record }) => record.id)
    .join(' ');
}
