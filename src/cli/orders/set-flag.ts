/** `--set path=value`: changes of an order's fields. */
import { Flags } from '@oclif/core';
import { customerFields, lineFields, type Setting } from '../../orders/actions/order-changes.ts';
import { UserError } from '../../user-error.ts';
import { nearest } from '../command/did-you-mean.ts';

/** `--set`, once or more; `readSettings` reads it. */
export const setFlag = () =>
  Flags.string({
    description:
      'change a field: customerEmail=…, items[0].quantity=3; items[0]=… and items=… take JSON',
    helpValue: 'PATH=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  });

/** What `--set` says. Throws as `parseSetting` does. */
export const readSettings = (texts: readonly string[] = []): Setting[] => texts.map(parseSetting);

const numbers: ReadonlySet<string> = new Set(['quantity', 'price']);

/**
 * Reads `path=value`. Numbers are read as such, lines as JSON, the rest as text as it stands; no text takes the phone
 * number away. Throws a UserError for a path that an order does not have.
 */
export function parseSetting(text: string): Setting {
  const [, path = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (path === '') {
    throw refuse(`--set "${text}" is not PATH=VALUE.`, '--set items[0].quantity=3');
  }
  const customer = customerFields.find((each) => each === path);
  if (customer) {
    const gone = customer === 'customerPhone' && value === '';
    return { path, field: customer, value: gone ? undefined : value };
  }
  if (path === 'items') return { path, field: 'items', value: json(path, value) };
  const [, at, name] = /^items\[(\d{1,3})\](?:\.(\w+))?$/.exec(path) ?? [];
  if (at === undefined) throw unknown(path, [...customerFields, 'items']);
  const line = Number(at);
  if (name === undefined) return { path, line, value: json(path, value) };
  const field = lineFields.find((each) => each === name);
  if (!field) {
    throw unknown(
      path,
      lineFields.map((each) => `items[${line}].${each}`),
    );
  }
  return { path, line, field, value: numbers.has(field) ? number(path, value) : value };
}

function number(path: string, value: string): number {
  if (value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  throw refuse(`--set ${path} is no number: ${value}`, `--set ${path}=3`);
}

function json(path: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // The value stays unsaid: it may hold a whole customer.
    throw refuse(
      `--set ${path} takes JSON.`,
      `--set 'items[0]={"productId":"BOOK-001","name":"Programming Book","quantity":2,"price":45.99}'`,
    );
  }
}

function unknown(path: string, known: readonly string[]): UserError {
  const meant = nearest(path, known);
  return refuse(`An order has no field "${path}".`, [
    ...(meant ? [`did you mean: ${meant}`] : []),
    `fields: ${customerFields.join(', ')}, items[0].${lineFields.join(', items[0].')}`,
  ]);
}

const refuse = (message: string, hint: string | readonly string[]) =>
  new UserError(message, { hint, code: 'InvalidOrder' });
