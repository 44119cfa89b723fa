/** Times as text: pure conversions, the clock itself is a port. */

import { sha256 } from './hash.ts';
import { OUTBOX_SHARDS, SLOT_SECONDS } from './limits.ts';

/** ISO 8601 in UTC with milliseconds. */
export function isoTime(millis: number): string {
  return new Date(millis).toISOString();
}

/** Milliseconds of an ISO 8601 text, undefined where it is no time. */
export function millisOf(text: string): number | undefined {
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? undefined : millis;
}

/** The five-minute UTC slot of an instant, for example `2026-11-23T22:25Z`. */
export function slotOf(millis: number): string {
  const slotMillis = SLOT_SECONDS * 1000;
  return `${isoTime(Math.floor(millis / slotMillis) * slotMillis).slice(0, 16)}Z`;
}

/** The outbox partition key: the slot, and a shard decided by the event key so that no partition is hot. */
export function outboxPartition(millis: number, eventKey: string): string {
  const shard = sha256(eventKey).readUInt32BE(0) % OUTBOX_SHARDS;
  return partitionOf(slotOf(millis), shard);
}

/** All outbox partitions of a slot. */
export function partitionsOfSlot(slot: string, shards: number): string[] {
  return Array.from({ length: shards }, (_, shard) => partitionOf(slot, shard));
}

function partitionOf(slot: string, shard: number): string {
  return `${slot}#${String(shard).padStart(2, '0')}`;
}
