/** Filters and sorts the orders of the console's list. Pure. */
import type { ConsoleOrder } from '../../orders/console/snapshot.ts';
import { type ColumnName, isColumnName, listColumn } from './list-columns.ts';

/** The fields that a word of the filter can name, as in `status:failed`. */
const fields = {
  id: ({ orderId }) => orderId,
  customer: ({ customerId }) => customerId,
  status: ({ status, isPaused }) => (isPaused ? `${status} paused` : status),
  stage: ({ stage, failure, waitingFor }) =>
    [stage, failure?.stage, waitingFor?.stage].filter(Boolean).join(' '),
  /** Why the order needs attention: `is:review`, or `is:attention` for any reason. */
  is: ({ attention }) => (attention ? `${attention} attention` : ''),
  text: ({ failure, warnings = [], waitingFor }) =>
    [failure?.code, failure?.message, waitingFor?.provider, ...warnings.map((w) => w.message)]
      .filter(Boolean)
      .join(' '),
} as const satisfies Readonly<Record<string, (order: ConsoleOrder) => string>>;

type Field = keyof typeof fields;
export const filterFields = Object.keys(fields) as Field[];
const isField = (name: string): name is Field => Object.hasOwn(fields, name);

interface Word {
  readonly read: (order: ConsoleOrder) => string;
  readonly text: string;
  readonly isExcluded: boolean;
}

/**
 * Returns the orders that match every word of a filter. `FIELD:TEXT` looks only in this field, other words look in all; `!` in front of a
 * word excludes what it matches. Returns the same array for an empty filter.
 */
export function filterOrders(
  orders: readonly ConsoleOrder[],
  filter: string,
): readonly ConsoleOrder[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean).flatMap(parseWord);
  if (words.length === 0) return orders;
  return orders.filter((order) =>
    words.every(({ read, text, isExcluded }) => {
      return read(order).toLowerCase().includes(text) !== isExcluded;
    }),
  );
}

const readAll = (order: ConsoleOrder) => filterFields.map((name) => fields[name](order)).join('\n');

/** A word that is not complete, such as `status:` or `!`, does not filter. */
function parseWord(word: string): Word[] {
  const [, not = '', name = '', rest = ''] = /^(!?)(?:([a-z]+):)?(.*)$/s.exec(word) ?? [];
  const isNamed = isField(name);
  const text = isNamed || name === '' ? rest : `${name}:${rest}`;
  if (text === '') return [];
  return [{ read: isNamed ? fields[name] : readAll, text, isExcluded: not !== '' }];
}

export interface ListSort {
  readonly column: ColumnName;
  readonly isDescending: boolean;
}

/** Returns the order of `COLUMN[:asc|:desc]`; undefined for any other text. */
export function parseSort(text: string): ListSort | undefined {
  const [, column = '', direction] = /^(\w+)(?::(asc|desc))?$/.exec(text) ?? [];
  return isColumnName(column) ? { column, isDescending: direction === 'desc' } : undefined;
}

/** Returns the orders sorted by a column. Equal orders keep their places. Returns the same array without a column. */
export function sortOrders(
  orders: readonly ConsoleOrder[],
  sort: ListSort | undefined,
): readonly ConsoleOrder[] {
  if (!sort) return orders;
  const { text, sortBy = (order: ConsoleOrder) => text(order, 0) } = listColumn(sort.column);
  const direction = sort.isDescending ? -1 : 1;
  return orders
    .map((order) => ({ order, key: sortBy(order) }))
    .sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -direction : direction))
    .map(({ order }) => order);
}
