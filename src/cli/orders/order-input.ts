/** Reads an order from a file, stdin, a sample or flags. */
import { readFileSync } from 'node:fs';
import { type Order, orderIdPattern } from '../../../functions/contract/order.ts';
import { parseJson as parseJsonText } from '../../../functions/contract/parse-json.ts';
import { findSample, samples } from '../../../functions/contract/samples.ts';
import { checkOrder } from '../../orders/actions/check-order.ts';
import { applySettings, type FieldSetting } from '../../orders/actions/order-changes.ts';
import { UserError } from '../../user-error.ts';

export interface OrderInput {
  readonly file?: string | undefined;
  /** Content of the file. */
  readonly text?: string | undefined;
  readonly sample?: string | undefined;
  readonly item?: readonly string[] | undefined;
  readonly customer?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly settings?: readonly FieldSetting[] | undefined;
}

/** Returns the order that the arguments describe. Throws UserError naming the field if its shape is invalid. */
export function readOrderInput(input: OrderInput): Order {
  const sources = [input.file, input.sample, input.item?.length ? 'items' : undefined];
  const sourceCount = sources.filter((source) => source !== undefined).length;
  if (sourceCount !== 1) {
    const message =
      sourceCount === 0
        ? 'An order is required.'
        : 'A file, --sample and --item cannot be combined.';
    throw new UserError(message, {
      hint: [
        'orders submit --sample low',
        'orders submit order.json',
        'orders submit --customer CUST-001 --email a@example.com --item BOOK-001:2:45.99',
      ],
    });
  }
  return toOrder(readRawOrder(input), input);
}

/** Returns a value as an order, with the changes of the flags. Throws UserError naming the field if its shape is invalid. */
export function toOrder(value: unknown, input: OrderInput): Order {
  return checkOrder(applySettings(applyOverrides(value, input), input.settings ?? []));
}

/** Returns the id. Throws UserError if it is not a valid order id. `name` is its flag or field. */
export function checkOrderId(id: string, name = '--id'): string {
  if (id === 'latest' || id.startsWith('-')) {
    throw new UserError(
      `${name} "${id}" would not be found again: it has another meaning in commands.`,
      {
        hint: 'use an id that is not "latest" and does not start with a hyphen',
      },
    );
  }
  if (orderIdPattern.test(id)) return id;
  throw new UserError(`${name} "${id}" is not an order id.`, {
    hint: 'use 1 to 64 letters, digits, hyphens or underscores',
  });
}

function readRawOrder({ file, text, sample, item = [] }: OrderInput): unknown {
  if (file !== undefined) {
    return parseJson(text ?? readOrderText(file), file === '-' ? 'stdin' : file);
  }
  if (sample === undefined) return { items: item.map(parseItem) };
  const known = findSample(sample);
  if (known) return known;
  throw new UserError(`There is no sample "${sample}".`, {
    hint: [`samples: ${Object.keys(samples).join(', ')}`, 'orders sample list'],
  });
}

function applyOverrides(raw: unknown, { customer, email, phone }: OrderInput): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  return {
    ...raw,
    ...(customer === undefined ? {} : { customerId: customer }),
    ...(email === undefined ? {} : { customerEmail: email }),
    ...(phone === undefined ? {} : { customerPhone: phone }),
  };
}

/** Returns the content of a file, or of stdin for `-`. Throws UserError if it cannot be read. */
export function readOrderText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    const hint = 'use a JSON file, - for stdin, or --sample low';
    throw new UserError(`${file} cannot be read.`, { hint, cause });
  }
}

function parseJson(text: string, name: string): unknown {
  try {
    return parseJsonText(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : '';
    throw new UserError(`${name} is not valid JSON: ${reason}`, {
      hint: 'example of an order: orders submit --sample low --dry-run',
      cause,
    });
  }
}

/** Parses `SKU:QTY:PRICE[:NAME]`. The name may contain colons; default: the SKU. */
export function parseItem(text: string): Order['items'][number] {
  const [productId, quantity, price, ...name] = text.split(':');
  const invalidItem = (problem: string) =>
    new UserError(`--item "${text}" ${problem}.`, {
      hint: '--item "BOOK-001:2:45.99:Programming Book"',
    });
  if (!productId || !quantity || !price) throw invalidItem('is not SKU:QTY:PRICE[:NAME]');
  if (!isNumber(quantity)) throw invalidItem(`has an invalid quantity: "${quantity}"`);
  if (!isNumber(price)) throw invalidItem(`has an invalid price: "${price}"`);
  return {
    productId,
    name: name.join(':') || productId,
    quantity: Number(quantity),
    price: Number(price),
  };
}

/** Whether a text is a number as in JSON. `Number` would also accept `0x10` and spaces. */
export const isNumber = (text: string) =>
  /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
