/** Changes of an order, field by field. Pure. */
import type { Order, OrderItem } from '../../../functions/contract/order.ts';
import { UserError } from '../../user-error.ts';

export const customerFields = [
  'customerId',
  'customerEmail',
  'customerPhone',
] as const satisfies readonly (keyof Order)[];
export const lineFields = [
  'productId',
  'name',
  'quantity',
  'price',
] as const satisfies readonly (keyof OrderItem)[];
const personal: ReadonlySet<string> = new Set(['customerEmail', 'customerPhone']);

/** A value for one field, for a whole line, or for all lines; as given, not checked yet. */
export interface Setting {
  /** As a person writes it: `items[0].quantity`. */
  readonly path: string;
  /** Which line it is about; absent for what is the order's own. */
  readonly line?: number;
  /** Absent for a whole line. */
  readonly field?: (typeof customerFields)[number] | (typeof lineFields)[number] | 'items';
  /** `undefined` takes the field away. */
  readonly value: unknown;
}

/** A field that two orders differ in. */
export interface Change {
  /** `items[0].quantity` */
  readonly field: string;
  /** Absent where there was none, and for personal data. */
  readonly from?: string | number;
  /** Absent where there is none any more. */
  readonly to?: string | number;
}

/** The order with its fields set, one after the other; what is no order stays as it is, for the check to refuse. */
export function applySettings(order: unknown, settings: readonly Setting[]): unknown {
  if (!isRecord(order)) return order;
  const changed = structuredClone(order);
  for (const setting of settings) {
    const { line } = setting;
    if (line === undefined) set(changed, setting);
    else changed['items'] = withLine(changed['items'], { ...setting, line });
  }
  return changed;
}

function set(target: Record<string, unknown>, { field, value }: Setting): void {
  if (field === undefined) return;
  if (value === undefined) delete target[field];
  else target[field] = value;
}

function withLine(items: unknown, setting: Setting & { readonly line: number }): unknown[] {
  const { path, line, field, value } = setting;
  const lines: unknown[] = Array.isArray(items) ? items : [];
  const there = lines[line];
  if (field === undefined && line < lines.length) return lines.with(line, value);
  if (field === undefined && line === lines.length) return [...lines, value];
  if (field !== undefined && isRecord(there)) {
    set(there, setting);
    return lines;
  }
  const count = lines.length === 1 ? '1 line' : `${lines.length} lines`;
  throw new UserError(`There is no ${path}: the order has ${count}, counted from 0.`, {
    hint: `--set 'items[${lines.length}]={"productId":"…","name":"…","quantity":1,"price":9.99}' adds one`,
  });
}

/** What is different in `after`, in the order of an order's fields. Tells nothing personal of `before`. */
export function changesBetween(before: unknown, after: Order): Change[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  return names.flatMap((field): Change[] => {
    const [from, to] = [was.get(field), is.get(field)];
    if (from === to) return [];
    const told = from !== undefined && !personal.has(field);
    return [{ field, ...(told ? { from } : {}), ...(to === undefined ? {} : { to }) }];
  });
}

function fieldsOf(order: unknown): Map<string, string | number> {
  const fields = new Map<string, string | number>();
  const keep = (name: string, value: unknown) => {
    if (typeof value === 'string' || typeof value === 'number') fields.set(name, value);
  };
  if (!isRecord(order)) return fields;
  for (const name of customerFields) keep(name, order[name]);
  const lines: unknown[] = Array.isArray(order['items']) ? order['items'] : [];
  for (const [index, line] of lines.entries()) {
    if (!isRecord(line)) continue;
    for (const name of lineFields) keep(`items[${index}].${name}`, line[name]);
  }
  return fields;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
