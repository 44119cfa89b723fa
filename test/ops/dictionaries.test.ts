/** The dictionaries: never changed once they are there, made from our own fixtures and from nothing that they are measured on. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { encode } from '../../lambdas/core/codec.ts';
import { openDictionary, type StoredDictionary } from '../../lambdas/core/dictionary.ts';
import { sha256Hex } from '../../lambdas/core/hash.ts';
import { DICTIONARY_BYTES_MAX } from '../../lambdas/core/limits.ts';
import type { Provider } from '../../lambdas/core/provider.ts';
import { dictionaryOf } from '../../lambdas/dictionaries/all.ts';
import { fixtureOf, fixtureProviders } from '../../ops/fixtures/fixture-of.ts';
import { freshFrom } from '../../ops/fixtures/fresh.ts';
import { bodyAsSent, makeDictionary } from '../../ops/make-dictionary.ts';
import { describeWhere } from '../not-run.ts';
import { FROZEN } from './frozen-dictionaries.ts';

const folder = join(import.meta.dirname, '..', '..', 'lambdas', 'dictionaries');
const names = readdirSync(folder)
  .filter((file) => file !== 'all.ts')
  .map((file) => file.replace(/\.ts$/, ''))
  .sort();
const stored = await Promise.all(
  names.map(async (name) => ((await import(`../../lambdas/dictionaries/${name}.ts`)) as { dictionary: StoredDictionary }).dictionary),
);
const textOf = (dictionary: StoredDictionary) => Buffer.from(openDictionary(dictionary).bytes).toString();

describe('a dictionary', () => {
  it('never changes and is never deleted: what was stored with it needs it byte for byte', () => {
    const hashes = Object.fromEntries(stored.map((one, index) => [names[index] ?? '', sha256Hex(openDictionary(one).bytes)]));
    expect(hashes).toEqual(FROZEN);
  });

  it('is found by its provider and version, and is no longer than DEFLATE reaches', () => {
    for (const [index, one] of stored.entries()) {
      expect(names[index]).toBe(`${one.provider}-${one.version}`);
      const bytes = dictionaryOf(one.provider, one.version);
      expect(bytes?.byteLength).toBeLessThanOrEqual(DICTIONARY_BYTES_MAX);
    }
    expect(dictionaryOf('stripe', 99)).toBeUndefined();
    expect(dictionaryOf('__proto__', 1)).toBeUndefined();
  });

  it('is there for every provider whose events we can make', () => {
    expect(fixtureProviders().filter((provider) => !names.includes(`${provider}-1`))).toEqual([]);
  });

  it('is made the same way each time, and makes an event of its kinds shorter by more than two fifths', async () => {
    for (const name of new Set(stored.map(({ provider }) => provider))) {
      const { default: provider } = (await import(`../../lambdas/providers/${name}.ts`)) as { default: Provider };
      const fixture = await fixtureOf(name);
      if (fixture === undefined) throw new TypeError(`${name} has no fixtures any more.`);
      const made = makeDictionary(provider, 1, fixture);
      expect(makeDictionary(provider, 1, fixture)).toEqual(made);
      let state = 7;
      const fresh = freshFrom(1_795_000_000, () => {
        state = (state * 48_271) % 2_147_483_647;
        return state / 2_147_483_647;
      });
      const sizes = fixture.types.map((type) => {
        const body = bodyAsSent(provider, fixture.make(type, fresh));
        return [encode(body, openDictionary(made)).bytes.byteLength, encode(body).bytes.byteLength] as const;
      });
      const [known, plain] = [0, 1].map((at) => sizes.reduce((sum, pair) => sum + (pair[at] ?? 0), 0));
      expect({ name, ratio: (known ?? 0) / (plain ?? 1) < 0.6 }).toEqual({ name, ratio: true });
    }
  });
});

const CAPTURES = join(import.meta.dirname, '..', '..', '..', 'shared', 'samples', 'webhook-payloads.jsonl');

describeWhere(
  { holds: () => existsSync(CAPTURES), reason: 'the captured webhooks in ../shared/samples are not on this machine' },
  'the captures that the dictionaries are measured on',
  () => {
    it('do not occur in them: no id, no address, no text of theirs', () => {
      const captures = readFileSync(CAPTURES, 'utf8').trim().split('\n');
      const values = new Set(
        captures.flatMap((line) => textsOf(JSON.parse(line).body)).filter((text) => /\d/.test(text) && text.length >= 14),
      );
      expect(values.size).toBeGreaterThan(300);
      const all = stored.map(textOf).join('\n');
      expect([...values].filter((value) => all.includes(value))).toEqual([]);
    });
  },
);

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
