/** The search of payment intents: behind the lists by its own lag, page by page with a token (Stripe API reference, "Search PaymentIntents"). */
import { invalidRequest } from './api-error.ts';
import { onlyKnown, required, text, wholeNumber } from './form-values.ts';
import type { Operation } from './operation.ts';
import { searchQuery } from './search-query.ts';

const LIMIT = { min: 1, max: 100 };
const LIMIT_NORMALLY = 10;

export const searchIntents: Operation = (world, { form }) => {
  onlyKnown(form, ['query', 'limit', 'page', 'expand']);
  const matches = searchQuery(required('query', text(form, 'query')));
  const limit = wholeNumber(form, 'limit', LIMIT) ?? LIMIT_NORMALLY;
  const lastId = lastIdOf(text(form, 'page'));
  return () => {
    const found = world.store.searchable('payment_intent').filter((intent) => matches({ ...intent }));
    const start = lastId === undefined ? 0 : found.findIndex(({ id }) => id === lastId) + 1;
    if (lastId !== undefined && start === 0) throw badPage();
    const data = found.slice(start, start + limit);
    const hasMore = found.length > start + limit;
    const nextPage = hasMore ? Buffer.from(`after ${data.at(-1)?.id}`).toString('base64url') : null;
    return { object: 'search_result', data, has_more: hasMore, next_page: nextPage, url: '/v1/payment_intents/search' };
  };
};

function lastIdOf(page: string | undefined): string | undefined {
  if (page === undefined) return undefined;
  const [, id] = /^after (.+)$/.exec(Buffer.from(page, 'base64url').toString()) ?? [];
  if (id === undefined) throw badPage();
  return id;
}

function badPage() {
  return invalidRequest('This page does not exist: send the next_page of an answer to the same query.', { param: 'page' });
}
