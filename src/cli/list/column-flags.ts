/** Reads `--columns` and `--sort` of `orders list`, and sorts the rows. */
import { closestMatch } from '../../did-you-mean.ts';
import type { OrderRow, PersonalField } from '../../orders/lookup/list.ts';
import { UserError } from '../../user-error.ts';
import { type ColumnName, columnNames, listColumn } from './order-columns.ts';

export interface ListSort {
  readonly name: ColumnName;
  readonly descending: boolean;
}

/** The columns and the order of a list, as far as they were asked for. */
export interface ListColumns {
  readonly names?: readonly ColumnName[] | undefined;
  readonly sort?: ListSort | undefined;
}

/** Returns the columns of `--columns`, a comma-separated list. Throws a UserError for an unknown, repeated or missing name. */
export function parseColumns(text: string): readonly ColumnName[] {
  const names = text.split(',').map((name) => parseColumn(name.trim(), '--columns'));
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new UserError(`--columns names "${repeated}" twice.`, {
      hint: `orders list --columns ${[...new Set(names)].join(',')}`,
    });
  }
  return names;
}

/** Returns the order of `--sort COLUMN[:asc|:desc]`. Throws a UserError for any other text. */
export function parseSort(text: string): ListSort {
  const [, name = '', direction] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  if (direction !== undefined && direction !== 'asc' && direction !== 'desc') {
    throw new UserError(`--sort: "${direction}" is not a direction.`, {
      hint: `orders list --sort ${name}:desc (or :asc)`,
    });
  }
  return { name: parseColumn(name, '--sort'), descending: direction === 'desc' };
}

function parseColumn(name: string, flag: string): ColumnName {
  const found = columnNames.find((known) => known === name);
  if (found) return found;
  const similar = closestMatch(name, columnNames);
  throw new UserError(name === '' ? `${flag} names no column.` : `${flag}: no column "${name}".`, {
    hint: [...(similar ? [`did you mean: ${similar}`] : []), `columns: ${columnNames.join(', ')}`],
  });
}

/**
 * Returns the rows in the order of a column. Rows without a value are last in both directions; equal rows stay newest first.
 */
export function sortRows(rows: readonly OrderRow[], sort: ListSort | undefined): OrderRow[] {
  if (!sort) return [...rows];
  const { text, sortBy = text } = listColumn(sort.name);
  const direction = sort.descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: sortBy(row) }));
  keyed.sort((a, b) => {
    const [isEmpty, isOtherEmpty] = [a, b].map(({ key }) => key === undefined || key === '');
    if (isEmpty || isOtherEmpty) return Number(isEmpty) - Number(isOtherEmpty);
    return direction * compare(a.key ?? '', b.key ?? '');
  });
  return keyed.map(({ row }) => row);
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The personal data that is read only for a column that a person names. */
const personalFields: readonly PersonalField[] = ['customerEmail', 'customerPhone'];

/** Returns the fields with personal data that the columns show or sort by. */
export function selectPersonalFields({ names = [], sort }: ListColumns): PersonalField[] {
  const used = [...names, ...(sort ? [sort.name] : [])].flatMap((name) => listColumn(name).fields);
  return personalFields.filter((field) => used.includes(field));
}

/** Returns only the fields of an order that the columns select; the whole order without columns. */
export function selectFields(row: OrderRow, names: readonly ColumnName[] | undefined) {
  if (!names) return row;
  const fields = new Set(names.flatMap((name) => listColumn(name).fields));
  return Object.fromEntries(Object.entries(row).filter(([field]) => fields.has(field as never)));
}
