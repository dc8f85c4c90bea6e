/** Changes of single fields of an order. Pure. */
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
const personalFields: ReadonlySet<string> = new Set(['customerEmail', 'customerPhone']);

/** A new value for a field, a line, or all lines. The value is not validated. */
export interface FieldSetting {
  /** The path on the command line: `items[0].quantity`. */
  readonly path: string;
  /** Index of the line; absent for a field of the order. */
  readonly line?: number;
  /** Absent for a whole line. */
  readonly field?: (typeof customerFields)[number] | (typeof lineFields)[number] | 'items';
  /** `undefined` removes the field. */
  readonly value: unknown;
}

/** A field in which two orders differ. */
export interface FieldChange {
  /** `items[0].quantity` */
  readonly field: string;
  /** Absent if the field was missing, and for personal data. */
  readonly from?: string | number;
  /** Absent if the field was removed. */
  readonly to?: string | number;
}

/** Returns the order with the settings applied in their order. A value that is not an object is returned unchanged. */
export function applySettings(order: unknown, settings: readonly FieldSetting[]): unknown {
  if (!isRecord(order)) return order;
  const changed = structuredClone(order);
  for (const setting of settings) {
    const { line } = setting;
    if (line === undefined) setField(changed, setting);
    else changed['items'] = setLine(changed['items'], { ...setting, line });
  }
  return changed;
}

function setField(object: Record<string, unknown>, { field, value }: FieldSetting): void {
  if (field === undefined) return;
  if (value === undefined) delete object[field];
  else object[field] = value;
}

function setLine(items: unknown, setting: FieldSetting & { readonly line: number }): unknown[] {
  const { path, line, field, value } = setting;
  const lines: unknown[] = Array.isArray(items) ? items : [];
  const current = lines[line];
  if (field === undefined && line < lines.length) return lines.with(line, value);
  if (field === undefined && line === lines.length) return [...lines, value];
  if (field !== undefined && isRecord(current)) {
    setField(current, setting);
    return lines;
  }
  const count = lines.length === 1 ? '1 line' : `${lines.length} lines`;
  throw new UserError(`There is no ${path}: the order has ${count}, numbered from 0.`, {
    hint: `--set 'items[${lines.length}]={"productId":"…","name":"…","quantity":1,"price":9.99}' adds a line`,
  });
}

/** Lists the fields in which `after` differs from `before`. Leaves out personal data of `before`. */
export function diffOrders(before: unknown, after: Order): FieldChange[] {
  const [oldFields, newFields] = [listFields(before), listFields(after)];
  const names = [...new Set([...oldFields.keys(), ...newFields.keys()])];
  return names.flatMap((field): FieldChange[] => {
    const [from, to] = [oldFields.get(field), newFields.get(field)];
    if (from === to) return [];
    const showsOld = from !== undefined && !personalFields.has(field);
    return [{ field, ...(showsOld ? { from } : {}), ...(to === undefined ? {} : { to }) }];
  });
}

function listFields(order: unknown): Map<string, string | number> {
  const fields = new Map<string, string | number>();
  const add = (name: string, value: unknown) => {
    if (typeof value === 'string' || typeof value === 'number') fields.set(name, value);
  };
  if (!isRecord(order)) return fields;
  for (const name of customerFields) add(name, order[name]);
  const lines: unknown[] = Array.isArray(order['items']) ? order['items'] : [];
  for (const [index, line] of lines.entries()) {
    if (!isRecord(line)) continue;
    for (const name of lineFields) add(`items[${index}].${name}`, line[name]);
  }
  return fields;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
