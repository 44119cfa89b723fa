/** The real source of randomness: the one place of deployed code that draws it. */
import { randomUUID } from 'node:crypto';
import type { Random } from '../core/ports.ts';

export const systemRandom: Random = {
  uuid: () => randomUUID(),
  fraction: () => Math.random(),
};
