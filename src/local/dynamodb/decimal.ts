import { invalid } from './errors.ts';

/** A number as sign, significant digits (no zeros at either end) and the power of ten of the last digit. */
export interface Decimal {
  readonly negative: boolean;
  /** Empty for zero. */
  readonly digits: string;
  readonly exponent: number;
}

const simple = /^(?:0|-?[1-9]\d{0,14})$/;
const syntax = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Reads a number of DynamoDB; throws its validation errors for range and precision. */
export function parseDecimal(text: string): Decimal {
  const match = syntax.exec(text);
  const [, sign = '', whole = '', fraction = '', power = '0'] = match ?? [];
  if (!match || whole.length + fraction.length === 0) {
    throw invalid(`The parameter cannot be converted to a numeric value: ${text}`);
  }
  return normalise(sign === '-', whole + fraction, Number(power) - fraction.length);
}

function normalise(negative: boolean, raw: string, exponent: number): Decimal {
  const leading = raw.replace(/^0+/, '');
  const digits = leading.replace(/0+$/, '');
  if (digits === '') return { negative: false, digits: '', exponent: 0 };
  const scaled = exponent + leading.length - digits.length;
  const top = digits.length + scaled - 1;
  if (top > 125) {
    throw invalid(
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    );
  }
  if (top < -130) {
    throw invalid(
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    );
  }
  if (digits.length > 38) {
    throw invalid('Attempting to store more than 38 significant digits in a Number');
  }
  return { negative, digits, exponent: scaled };
}

function format({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = negative ? '-' : '';
  if (exponent >= 0) return sign + digits + '0'.repeat(exponent);
  const point = digits.length + exponent;
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  return `${sign}0.${'0'.repeat(-point)}${digits}`;
}

/** The one spelling under which a number is stored, so that equal numbers are equal strings. */
export function canonical(text: string): string {
  return simple.test(text) ? text : format(parseDecimal(text));
}

function scaled({ negative, digits, exponent }: Decimal, to: number): bigint {
  const value = BigInt(digits || '0') * 10n ** BigInt(digits === '' ? 0 : exponent - to);
  return negative ? -value : value;
}

/** Orders two canonical numbers exactly. */
export function compareDecimals(left: string, right: string): number {
  if (left === right) return 0;
  if (simple.test(left) && simple.test(right)) return Number(left) - Number(right);
  const [a, b] = [parseDecimal(left), parseDecimal(right)];
  const lowest = Math.min(a.exponent, b.exponent);
  const [x, y] = [scaled(a, lowest), scaled(b, lowest)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The exact sum, or difference when `sign` is -1, of two canonical numbers. */
export function addDecimals(left: string, right: string, sign: 1 | -1): string {
  const [a, b] = [parseDecimal(left), parseDecimal(right)];
  const lowest = Math.min(a.exponent, b.exponent);
  const sum = scaled(a, lowest) + BigInt(sign) * scaled(b, lowest);
  const negative = sum < 0n;
  return format(normalise(negative, (negative ? -sum : sum).toString(), lowest));
}
