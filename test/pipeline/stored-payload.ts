/** The payload of an outbox item as it was received, for tests that look into the store. */
import { decode } from '../../lambdas/core/codec.ts';
import type { Item } from '../../lambdas/core/ports.ts';
import { dictionaryOf } from '../../lambdas/dictionaries/all.ts';

export function storedPayload(item: Item): Buffer {
  const { provider, source, codec, payload } = item;
  return Buffer.from(
    decode({ provider: String(provider ?? source), codec: codec as string, payload: payload as Uint8Array }, dictionaryOf),
  );
}
