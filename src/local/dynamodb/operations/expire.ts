import { primaryKey } from '../keys.ts';
import type { Context } from './context.ts';

/** DynamoDB leaves items alone whose time is so long ago that it looks like a mistake. */
const oldestYears = 5;

/**
 * Removes the items whose time to live is over at `now` (epoch ms). The attribute is a number of epoch seconds; an item
 * that lacks it or has another type in it stays.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
export function removeExpired(context: Context, now: number): void {
  const seconds = now / 1000;
  const oldest = seconds - oldestYears * 365 * 86_400;
  for (const name of context.tables.names()) {
    const table = context.tables.get(name);
    const { timeToLive } = table.stored;
    if (!timeToLive?.Enabled) continue;
    const path = `$."${timeToLive.AttributeName.replaceAll('"', '\\"')}".N`;
    context.store.transact(() => {
      for (const item of context.rows.numbered(table, { path, from: oldest, below: seconds })) {
        context.rows.delete(table, { key: primaryKey(table, item), old: item });
      }
    });
  }
}
