/** How an operator's client reaches a service: on AWS by the SDK's own ways, on a laptop by an endpoint and made-up credentials. */
import { clientBounds } from './client-bounds.ts';

export type OperatorAccess = {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/** The options of a client's constructor. */
export function operatorOptions(access: OperatorAccess): OperatorAccess & typeof clientBounds {
  return { ...clientBounds, ...access };
}
