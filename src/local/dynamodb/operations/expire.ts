import { encodePrimaryKey } from '../keys.ts';
import type { Context } from './context.ts';

/** DynamoDB keeps items that expired more than five years ago: it regards such a time as a mistake. */
const maxTtlAgeYears = 5;

/**
 * Removes the items whose time to live has expired at `now` (epoch ms). The attribute is a number of epoch seconds. An item
 * without the attribute, or with another type of value, never expires.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
export function removeExpired(context: Context, now: number): void {
  const seconds = now / 1000;
  const oldest = seconds - maxTtlAgeYears * 365 * 86_400;
  for (const name of context.tables.names()) {
    const table = context.tables.get(name);
    const { timeToLive } = table.stored;
    if (!timeToLive?.Enabled) continue;
    const path = `$."${timeToLive.AttributeName.replaceAll('"', '\\"')}".N`;
    context.store.transact(() => {
      for (const item of context.items.findByNumber(table, {
        path,
        from: oldest,
        below: seconds,
      })) {
        context.items.delete(table, { key: encodePrimaryKey(table, item), old: item });
      }
    });
  }
}
