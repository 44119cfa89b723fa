/** Dictionaries as they stand in this repository, deflated and in base64, and as the codec uses them. */
import { inflateRawSync } from 'node:zlib';
import type { Dictionary, DictionaryOf } from './codec.ts';
import { DICTIONARY_BYTES_MAX } from './limits.ts';

/**
 * The version of the dictionaries that payloads are stored with. Raised one release after the dictionaries themselves have shipped, so that a
 * roll-back meets nothing that it cannot read; 1 came with the first release, which has none before it.
 */
export const DICTIONARY_VERSION_WRITTEN = 1;

export type StoredDictionary = { readonly provider: string; readonly version: number; readonly deflated: string };

/** Throws what zlib throws for a file that was changed by hand. */
export function openDictionary({ version, deflated }: StoredDictionary): Dictionary {
  return { version, bytes: inflateRawSync(Buffer.from(deflated, 'base64'), { maxOutputLength: DICTIONARY_BYTES_MAX }) };
}

/** Each is opened when it is first asked for. */
export function dictionariesOf(stored: readonly StoredDictionary[]): DictionaryOf {
  const opened = new Map<string, Uint8Array>();
  return (provider, version) => {
    const name = `${provider}/${version}`;
    const known = opened.get(name);
    if (known !== undefined) return known;
    const found = stored.find((one) => one.provider === provider && one.version === version);
    if (found === undefined) return undefined;
    const { bytes } = openDictionary(found);
    opened.set(name, bytes);
    return bytes;
  };
}

/** Knows none: for readers of payloads that are too large for one. */
export const noDictionaries: DictionaryOf = () => undefined;
