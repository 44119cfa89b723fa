/** JSON as Stripe writes it, in answers and in webhooks: indented, the id and the kind of an object first, the rest by name. */
import { inStripesOrder } from '../../ops/fixtures/stripe.ts';

export function apiJson(value: object): string {
  return JSON.stringify(inStripesOrder(value), null, 2);
}
