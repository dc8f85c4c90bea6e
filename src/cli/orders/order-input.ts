/** Where an order comes from: a file, stdin, a sample, or flags. */
import { readFileSync } from 'node:fs';
import { type Order, orderIdPattern } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { checkOrder } from '../../orders/actions/check-order.ts';
import { applySettings, type Setting } from '../../orders/actions/order-changes.ts';
import { UserError } from '../../user-error.ts';

export interface OrderInput {
  readonly file?: string | undefined;
  readonly sample?: string | undefined;
  readonly item?: readonly string[] | undefined;
  readonly customer?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly settings?: readonly Setting[] | undefined;
}

/** Reads the order that the arguments describe and checks its shape; every error names the field. */
export function readOrderInput(input: OrderInput): Order {
  const sources = [input.file, input.sample, input.item?.length ? 'items' : undefined];
  const given = sources.filter((source) => source !== undefined).length;
  if (given !== 1) {
    const what = given === 0 ? 'An order is required.' : 'Give an order in one way, not several.';
    throw new UserError(what, {
      hint: [
        'orders submit --sample low',
        'orders submit order.json',
        'orders submit --customer CUST-001 --email a@example.com --item BOOK-001:2:45.99',
      ],
    });
  }
  return checkOrder(applySettings(override(rawOrder(input), input), input.settings ?? []));
}

/** Checks an id given by the caller. */
export function checkOrderId(id: string): string {
  if (orderIdPattern.test(id)) return id;
  throw new UserError(`--id "${id}" is not an order id.`, {
    hint: 'use 1 to 64 letters, digits, hyphens or underscores',
  });
}

function rawOrder({ file, sample, item = [] }: OrderInput): unknown {
  if (file !== undefined) return parseText(readText(file), file === '-' ? 'stdin' : file);
  if (sample === undefined) return { items: item.map(parseItem) };
  const known = Object.hasOwn(samples, sample) ? samples[sample] : undefined;
  if (known) return known;
  throw new UserError(`There is no sample "${sample}".`, {
    hint: `samples: ${Object.keys(samples).join(', ')}`,
  });
}

function override(raw: unknown, { customer, email, phone }: OrderInput): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  return {
    ...raw,
    ...(customer === undefined ? {} : { customerId: customer }),
    ...(email === undefined ? {} : { customerEmail: email }),
    ...(phone === undefined ? {} : { customerPhone: phone }),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    const hint = 'give a JSON file, - for stdin, or --sample low';
    throw new UserError(`${file} cannot be read.`, { hint, cause });
  }
}

function parseText(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const where = cause instanceof Error ? cause.message : '';
    throw new UserError(`${name} is not JSON: ${where}`, {
      hint: 'an order looks like: orders submit --sample low --dry-run',
      cause,
    });
  }
}

/** Reads `SKU:QTY:PRICE[:NAME]`; the name may hold colons and is the SKU when left out. */
export function parseItem(text: string): Order['items'][number] {
  const [productId, quantity, price, ...name] = text.split(':');
  const refuse = (why: string) =>
    new UserError(`--item "${text}" ${why}.`, {
      hint: '--item "BOOK-001:2:45.99:Programming Book"',
    });
  if (!productId || !quantity || !price) throw refuse('is not SKU:QTY:PRICE[:NAME]');
  if (!isNumber(quantity)) throw refuse(`has a quantity that is no number: ${quantity}`);
  if (!isNumber(price)) throw refuse(`has a price that is no number: ${price}`);
  return {
    productId,
    name: name.join(':') || productId,
    quantity: Number(quantity),
    price: Number(price),
  };
}

const isNumber = (text: string) => text.trim() !== '' && Number.isFinite(Number(text));
