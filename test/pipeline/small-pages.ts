/** Has the modelled provider give few items a page, so that a few events are many pages. */
import type { HttpRequest } from '../../lambdas/core/ports.ts';
import type { ReconcileBench } from './reconcile-bench.ts';

/** `before` is called ahead of each page of events; what it throws is a connection that breaks. */
export function smallPages(bench: ReconcileBench, items: number, before: (pages: number) => void = () => undefined): void {
  let pages = 0;
  bench.intercept(({ method, url, headers = {} }: HttpRequest) => {
    const { pathname, searchParams } = new URL(url);
    if (pathname === '/v1/events') {
      pages += 1;
      try {
        before(pages);
      } catch (error) {
        return error as Error;
      }
    }
    searchParams.set('limit', String(items));
    return bench.model.handle({ method, path: `${pathname}?${searchParams}`, headers, body: '' });
  });
}
