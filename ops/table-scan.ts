/** Reads whole tables page by page, for the few verbs that count or search; a page that fails for a moment is read again. */
import type { Page, PageStart, ScanRequest, TableReader } from '../lambdas/aws/table-reader.ts';
import type { Item } from '../lambdas/core/ports.ts';
import { readAgain } from './read-again.ts';

/** The number of items, every page read. */
export async function countItems(reader: TableReader, table: string): Promise<number> {
  let count = 0;
  for await (const page of pages(reader, { table, attributes: [] })) count += page.count;
  return count;
}

/** Every item, one page in memory at a time. */
export async function* scanItems(reader: TableReader, request: ScanRequest): AsyncGenerator<Item> {
  for await (const page of pages(reader, request)) yield* page.items;
}

/** A page can be empty and still have a next one: only a missing `next` is the end. */
async function* pages(reader: TableReader, request: ScanRequest): AsyncGenerator<Page> {
  let start: PageStart | undefined;
  do {
    const from = start;
    const page = await readAgain(() => reader.page(request, from));
    yield page;
    start = page.next;
  } while (start !== undefined);
}
