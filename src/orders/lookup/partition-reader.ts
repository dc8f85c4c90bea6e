import type { ListedOrder, ListingPage, ListingPageRequest } from '../tables/listing-table.ts';

export type ReadPage = (page: Pick<ListingPageRequest, 'limit' | 'start'>) => Promise<ListingPage>;

/** Each page is this many times as long as the one before. */
const growth = 4;
/** Maximum number of orders in a page. */
const maxLimit = 1_000;

/** Reads the orders of a partition of the listing index page by page, newest first. The first pages are short. */
export class PartitionReader {
  readonly #read: ReadPage;
  #limit: number;
  #start: ListingPageRequest['start'];
  #requested: Promise<ListingPage> | undefined;
  #isReadingAhead = false;
  #hasMore = false;

  /** `limit` is the length of the first page. */
  constructor(read: ReadPage, limit: number) {
    this.#read = read;
    this.#limit = Math.min(limit, maxLimit);
  }

  async *orders(): AsyncGenerator<ListedOrder, void> {
    do {
      this.#request();
      const { orders = [], next } = (await this.#requested) ?? {};
      this.#requested = undefined;
      this.#start = next;
      this.#hasMore = next !== undefined;
      if (this.#isReadingAhead) this.readAhead();
      yield* orders;
    } while (this.#hasMore);
  }

  /** From now on requests each page while the one before is used. Called when more orders are needed than a page was expected to have. */
  readAhead(): void {
    this.#isReadingAhead = true;
    if (this.#hasMore) this.#request();
  }

  #request(): void {
    if (this.#requested) return;
    this.#requested = this.#read({ limit: this.#limit, start: this.#start });
    // The caller may stop before it uses this page; else it gets the error where it waits.
    this.#requested.catch(() => undefined);
    this.#limit = Math.min(this.#limit * growth, maxLimit);
  }
}
