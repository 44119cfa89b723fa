/** The events of the last 30 days: read by id, and listed by type (Stripe API reference, "Events"). */
import { invalidRequest, resourceMissing } from './api-error.ts';
import type { Form } from './form.ts';
import { flag, onlyKnown, text, texts } from './form-values.ts';
import type { ListOptions } from './lists.ts';
import type { StoredEvent } from './object-store.ts';
import type { Operation } from './operation.ts';
import { present } from './present.ts';
import type { StripeWorld } from './stripe-world.ts';

/** What is older is neither listed nor read. */
export const EVENT_RETENTION_SECONDS = 30 * 24 * 3600;
const TYPES_MAX = 20;

const isKept = ({ time }: StripeWorld, { created }: StoredEvent) => created > time.nowSeconds() - EVENT_RETENTION_SECONDS;

export const readEvent: Operation = (world, { form, id }) => {
  onlyKnown(form, ['expand']);
  return () => {
    const event = world.store.get('event', id);
    if (event === undefined || !isKept(world, event)) throw resourceMissing('event', id);
    return present(world, event);
  };
};

export const EVENT_LIST: Omit<ListOptions<'event'>, 'path'> = {
  kind: 'event',
  keeps: isKept,
  filters: {
    type: (_world, form) => isOfType(text(form, 'type') ?? ''),
    types: (_world, form) => isOneOf(form),
    delivery_success: (world, form) => {
      const wanted = flag(form, 'delivery_success');
      return ({ id }) => (world.webhooks.pending(id) === 0) === wanted;
    },
  },
};

/** `charge.*` stands for all that begin so. */
function isOfType(wanted: string): (event: StoredEvent) => boolean {
  if (wanted.endsWith('.*')) return ({ type }) => type.startsWith(wanted.slice(0, -1));
  return ({ type }) => type === wanted;
}

function isOneOf(form: Form): (event: StoredEvent) => boolean {
  const types = texts(form, 'types') ?? [];
  if (form.has('type'))
    throw invalidRequest('You may only specify one of these parameters: type, types.', { code: 'parameters_exclusive' });
  if (types.length > TYPES_MAX)
    throw invalidRequest(`types can have up to ${TYPES_MAX} entries, but it has ${types.length}.`, { param: 'types' });
  return ({ type }) => types.includes(type);
}
