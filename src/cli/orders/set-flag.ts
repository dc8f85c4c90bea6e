/** The flag `--set PATH=VALUE`, which changes a field of an order. */
import { Flags } from '@oclif/core';
import { parseJson as parseJsonText } from '../../../functions/contract/parse-json.ts';
import { closestMatch } from '../../did-you-mean.ts';
import {
  customerFields,
  type FieldSetting,
  lineFields,
} from '../../orders/actions/order-changes.ts';
import { UserError } from '../../user-error.ts';
import { isNumber } from './order-input.ts';

/** `--set`, once or more; `readSettings` reads it. */
export const setFlag = () =>
  Flags.string({
    description: 'change a field, such as items[0].quantity=3',
    helpValue: 'PATH=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  });

/** Parses the values of `--set`. Throws UserError for an invalid one. */
export const parseSettings = (texts: readonly string[] = []): FieldSetting[] =>
  texts.map(parseSetting);

const numericFields: ReadonlySet<string> = new Set(['quantity', 'price']);

/**
 * Parses `PATH=VALUE`. Quantities and prices are numbers, `items` and `items[N]` are JSON, all other values are text. An
 * empty phone number removes it. Throws UserError for an unknown path or an invalid value.
 */
export function parseSetting(text: string): FieldSetting {
  const [, path = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (path === '') {
    throw invalidSettingError(`--set "${text}" is not PATH=VALUE.`, '--set items[0].quantity=3');
  }
  const customerField = customerFields.find((field) => field === path);
  if (customerField) {
    const isRemoved = customerField === 'customerPhone' && value === '';
    return { path, field: customerField, value: isRemoved ? undefined : value };
  }
  if (path === 'items') return { path, field: 'items', value: parseJson(path, value) };
  const [, index, name] = /^items\[(\d{1,3})\](?:\.(\w+))?$/.exec(path) ?? [];
  if (index === undefined) throw unknownFieldError(path, [...customerFields, 'items']);
  const line = Number(index);
  if (name === undefined) return { path, line, value: parseJson(path, value) };
  const field = lineFields.find((lineField) => lineField === name);
  if (!field) {
    throw unknownFieldError(
      path,
      lineFields.map((lineField) => `items[${line}].${lineField}`),
    );
  }
  return { path, line, field, value: numericFields.has(field) ? parseNumber(path, value) : value };
}

function parseNumber(path: string, value: string): number {
  if (isNumber(value)) return Number(value);
  throw invalidSettingError(`--set ${path} must be a number, not "${value}".`, `--set ${path}=3`);
}

function parseJson(path: string, value: string): unknown {
  try {
    return parseJsonText(value);
  } catch {
    // The message omits the value: it may contain personal data.
    throw invalidSettingError(
      `--set ${path} must be valid JSON.`,
      `--set 'items[0]={"productId":"BOOK-001","name":"Programming Book","quantity":2,"price":45.99}'`,
    );
  }
}

function unknownFieldError(path: string, known: readonly string[]): UserError {
  const meant = closestMatch(path, known);
  return invalidSettingError(`An order has no field "${path}".`, [
    ...(meant ? [`did you mean: ${meant}`] : []),
    `fields: ${customerFields.join(', ')}, items[0].${lineFields.join(', items[0].')}`,
  ]);
}

const invalidSettingError = (message: string, hint: string | readonly string[]) =>
  new UserError(message, { hint, code: 'InvalidOrder' });
