/** Reads the new image of a stream record as Lambda hands it over: binary values are base64 text there. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from '../core/ports.ts';
import { exactNumber } from './exact-number.ts';

type LambdaAttribute = { readonly [type: string]: unknown };

/** Throws for what is no attribute map. */
export function itemOfImage(image: { readonly [name: string]: LambdaAttribute }): Item {
  const attributes = Object.fromEntries(Object.entries(image).map(([name, attribute]) => [name, binaryDecoded(attribute)]));
  return unmarshall(attributes as unknown as Record<string, AttributeValue>, { wrapNumbers: exactNumber }) as Item;
}

function binaryDecoded(attribute: LambdaAttribute): LambdaAttribute {
  return typeof attribute['B'] === 'string' ? { B: Buffer.from(attribute['B'], 'base64') } : attribute;
}
