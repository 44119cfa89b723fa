/** Every dictionary that a stored payload may need, written by `npm run dictionary`. */
import { dictionariesOf } from '../core/dictionary.ts';
import { dictionary as standardwebhooks1 } from './standardwebhooks-1.ts';
import { dictionary as stripe1 } from './stripe-1.ts';

export const dictionaryOf = dictionariesOf([
  standardwebhooks1,
  stripe1,
]);
