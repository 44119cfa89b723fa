/**
 * The messages of one queue. Nothing here runs by itself: what a timer would do on AWS is done when somebody asks, from the time it is then.
 * Copies of a message and another order come only where they are asked for; AWS promises neither that they come nor that they do not.
 */
import type { Clock, Random } from '../../../lambdas/core/ports.ts';
import { type DueEntry, DueTimes } from './due-times.ts';
import { ReadyMessages } from './ready-messages.ts';
import type { MessageState, StoredMessage } from './stored-message.ts';

export type QueueBehaviour = {
  /** Which part of the deliveries comes once more at the next receive, though the message is in flight or deleted by then. @default - none */
  readonly duplicateFraction?: () => number;
  /** Whether visible messages come in a drawn order instead of the order in which they became visible. @default false */
  readonly reorder?: boolean;
};

export type MessagePorts = { readonly clock: Clock; readonly random: Random; readonly behaviour: QueueBehaviour };

export type TakeOptions = {
  readonly max: number;
  readonly visibilityMillis: number;
  /** A message that was received so often is handed to `onExhausted` instead. */
  readonly receivesMax: number;
  readonly onExhausted: (message: StoredMessage) => void;
};

export type Counts = { readonly visible: number; readonly inFlight: number; readonly delayed: number };

type Hidden = DueEntry & { readonly message: StoredMessage; readonly turn: number };

export class QueueMessages {
  readonly #ports: MessagePorts;
  readonly #messages = new Map<string, StoredMessage>();
  /** By state; what is counted for the two states outside the queue means nothing. */
  readonly #counts = { delayed: 0, visible: 0, inFlight: 0, deleted: 0, gone: 0 };
  readonly #hidden = new DueTimes<Hidden>();
  readonly #ready: ReadyMessages;
  #copies: StoredMessage[] = [];
  #hidings = 0;
  #retentionMillis: number;
  /** No message expires before it. */
  #nextExpiryMillis = Number.POSITIVE_INFINITY;

  constructor(ports: MessagePorts, retentionMillis: number) {
    this.#ports = ports;
    this.#retentionMillis = retentionMillis;
    this.#ready = new ReadyMessages(ports.behaviour.reorder === true ? ports.random : undefined);
  }

  setRetention(millis: number): void {
    this.#retentionMillis = millis;
    this.#nextExpiryMillis = 0;
  }

  /** Takes a message that no queue has had. */
  add(message: StoredMessage, delayMillis: number): void {
    this.#keep(message);
    if (delayMillis > 0) this.#hide(message, 'delayed', delayMillis);
    else this.#show(message);
  }

  take({ max, visibilityMillis, receivesMax, onExhausted }: TakeOptions): readonly StoredMessage[] {
    this.#advance();
    const taken = this.#takeCopies(max, receivesMax);
    const offered = this.#counts.visible;
    for (let count = 0; count < offered && taken.length < max; count += 1) {
      const message = this.#ready.take();
      if (message === undefined) break;
      if (message.receives < receivesMax) taken.push(message);
      else {
        this.#remove(message, 'gone');
        onExhausted(message);
      }
    }
    const { clock, random, behaviour } = this.#ports;
    const nowMillis = clock.nowMillis();
    const fraction = behaviour.duplicateFraction?.() ?? 0;
    for (const message of taken) {
      message.receives += 1;
      message.firstReceivedAtMillis ??= nowMillis;
      message.receivedAtMillis = nowMillis;
      this.#hide(message, 'inFlight', visibilityMillis);
      if (fraction > 0 && random.fraction() < fraction) this.#copies.push(message);
    }
    return taken;
  }

  /** The message with that id, in whichever state; undefined where the queue never had it or has forgotten it. */
  find(id: string): StoredMessage | undefined {
    this.#advance();
    return this.#messages.get(id);
  }

  delete(message: StoredMessage): void {
    this.#remove(message, 'deleted');
  }

  /** For a message in flight; 0 makes it visible at once. */
  changeVisibility(message: StoredMessage, millis: number): void {
    this.#hide(message, 'inFlight', millis);
  }

  purge(): void {
    for (const message of this.#messages.values()) this.#remove(message, 'gone');
    this.#hidden.clear();
    this.#copies = [];
  }

  /** Takes out the visible messages, in their order. */
  drain(): readonly StoredMessage[] {
    this.#advance();
    const drained = [...this.#messages.values()].filter(({ state }) => state === 'visible');
    for (const message of drained) this.#remove(message, 'gone');
    return drained;
  }

  counts(): Counts {
    this.#advance();
    const { visible, inFlight, delayed } = this.#counts;
    return { visible, inFlight, delayed };
  }

  /** All messages that were not deleted. */
  list(): readonly StoredMessage[] {
    this.#advance();
    return [...this.#messages.values()];
  }

  #advance(): void {
    const nowMillis = this.#ports.clock.nowMillis();
    if (nowMillis >= this.#nextExpiryMillis) this.#expire(nowMillis);
    for (let due = this.#hidden.takeDue(nowMillis); due !== undefined; due = this.#hidden.takeDue(nowMillis)) {
      if (due.turn === due.message.turn) this.#show(due.message);
    }
  }

  #expire(nowMillis: number): void {
    this.#nextExpiryMillis = Number.POSITIVE_INFINITY;
    for (const message of this.#messages.values()) {
      const expiresAtMillis = message.sentAtMillis + this.#retentionMillis;
      if (expiresAtMillis <= nowMillis) this.#remove(message, 'gone');
      else this.#nextExpiryMillis = Math.min(this.#nextExpiryMillis, expiresAtMillis);
    }
  }

  /** A deleted message that comes once more is back in the queue until it is deleted again. */
  #takeCopies(max: number, receivesMax: number): StoredMessage[] {
    const nowMillis = this.#ports.clock.nowMillis();
    const usable = ({ state, receives, sentAtMillis }: StoredMessage) =>
      (state === 'inFlight' || state === 'deleted') && receives < receivesMax && sentAtMillis + this.#retentionMillis > nowMillis;
    const copies = new Set(this.#copies.filter(usable));
    const taken = [...copies].slice(0, max);
    for (const message of taken) if (message.state === 'deleted') this.#keep(message);
    this.#copies = [...copies].slice(max);
    return taken;
  }

  #keep(message: StoredMessage): void {
    this.#messages.set(message.id, message);
    this.#nextExpiryMillis = Math.min(this.#nextExpiryMillis, message.sentAtMillis + this.#retentionMillis);
  }

  #show(message: StoredMessage): void {
    this.#become(message, 'visible');
    this.#ready.add(message);
  }

  #hide(message: StoredMessage, state: 'delayed' | 'inFlight', millis: number): void {
    if (millis === 0) {
      this.#show(message);
      return;
    }
    this.#become(message, state);
    this.#hidings += 1;
    this.#hidden.add({ message, turn: message.turn, dueAtMillis: this.#ports.clock.nowMillis() + millis, order: this.#hidings });
  }

  #remove(message: StoredMessage, state: 'deleted' | 'gone'): void {
    this.#become(message, state);
    this.#messages.delete(message.id);
  }

  #become(message: StoredMessage, state: MessageState): void {
    this.#counts[message.state] -= 1;
    message.state = state;
    message.turn += 1;
    this.#counts[state] += 1;
  }
}
