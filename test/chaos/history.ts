/** The history of a run as its sender saw it, one JSON line for each thing that happened. */
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** What an event means for the books, as far as its sender is concerned. */
export type Meaning =
  | { readonly kind: 'payment'; readonly object: string; readonly customer: string; readonly amount: number }
  /** `amount` is all that was refunded of the charge so far. */
  | { readonly kind: 'refund'; readonly object: string; readonly customer: string; readonly amount: number }
  /** Nobody subscribes to it. */
  | { readonly kind: 'ignored' }
  /** Signed, and no event: kept in quarantine. */
  | { readonly kind: 'odd' };

/** What a caller asks to have paid, in US cents. The reference is the caller's name for it, which no other payment bears. */
export type Wish = { readonly reference: string; readonly amount: number; readonly paymentMethod: string };

export type HistoryLine = EventLine | PaymentLine;

export type PaymentLine =
  /** It was asked for under this key: from now on there may be a payment. */
  | { readonly what: 'ask'; readonly attempt: number; readonly key: string; readonly wish: Wish }
  /** `status` 0 where no answer came; `body` is that of a 202. */
  | {
      readonly what: 'answer';
      readonly attempt: number;
      readonly key: string;
      readonly wish: Wish;
      readonly status: number;
      readonly body?: string;
    };

export type EventLine =
  /** A request was sent: from now on the event may have taken effect. */
  | { readonly what: 'invoke'; readonly attempt: number; readonly event: string; readonly means: Meaning }
  /** It was answered 2xx: the event must take effect. */
  | { readonly what: 'ok'; readonly attempt: number; readonly event: string }
  /** No answer, or 5xx: it may have taken effect or not. */
  | { readonly what: 'info'; readonly attempt: number; readonly event: string; readonly why: string }
  /** It was refused for good, which no soundly signed request may be. */
  | { readonly what: 'fail'; readonly attempt: number; readonly event: string; readonly why: string };

export type History = {
  add(line: HistoryLine): void;
  close(): void;
};

/** Each line is written when it happens, so that a run that is killed leaves its history. */
export function openHistory(file: string): History {
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(file, 'w');
  return {
    add: (line) => {
      writeSync(descriptor, `${JSON.stringify(line)}\n`);
    },
    close: () => closeSync(descriptor),
  };
}

export function readHistory(file: string): HistoryLine[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as HistoryLine);
}
