import { invalid } from './errors.ts';

/** A number as sign, significant digits without leading or trailing zeros, and the power of ten of the last digit. */
export interface Decimal {
  readonly negative: boolean;
  /** Empty for zero. */
  readonly digits: string;
  readonly exponent: number;
}

const simpleInteger = /^(?:0|-?[1-9]\d{0,14})$/;
const syntax = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Parses a number. Throws DynamoDB's ValidationException for invalid syntax, range or precision. */
export function parseDecimal(text: string): Decimal {
  const match = syntax.exec(text);
  const [, sign = '', whole = '', fraction = '', power = '0'] = match ?? [];
  if (!match || whole.length + fraction.length === 0) {
    throw invalid(`The parameter cannot be converted to a numeric value: ${text}`);
  }
  return normalize(sign === '-', whole + fraction, Number(power) - fraction.length);
}

function normalize(negative: boolean, raw: string, exponent: number): Decimal {
  const leading = raw.replace(/^0+/, '');
  const digits = leading.replace(/0+$/, '');
  if (digits === '') return { negative: false, digits: '', exponent: 0 };
  const scaled = exponent + leading.length - digits.length;
  const magnitude = digits.length + scaled - 1;
  if (magnitude > 125) {
    throw invalid(
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    );
  }
  if (magnitude < -130) {
    throw invalid(
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    );
  }
  if (digits.length > 38) {
    throw invalid('Attempting to store more than 38 significant digits in a Number');
  }
  return { negative, digits, exponent: scaled };
}

function formatDecimal({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = negative ? '-' : '';
  if (exponent >= 0) return sign + digits + '0'.repeat(exponent);
  const point = digits.length + exponent;
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  return `${sign}0.${'0'.repeat(-point)}${digits}`;
}

/** Returns the canonical form of a number. Equal numbers have equal canonical forms. */
export function canonicalize(text: string): string {
  return simpleInteger.test(text) ? text : formatDecimal(parseDecimal(text));
}

/** Returns a number as a multiple of 10 to the power of `unitExponent`. */
function toScaledInteger({ negative, digits, exponent }: Decimal, unitExponent: number): bigint {
  const value = BigInt(digits || '0') * 10n ** BigInt(digits === '' ? 0 : exponent - unitExponent);
  return negative ? -value : value;
}

/** Compares two canonical numbers exactly. Returns a negative number, zero or a positive number. */
export function compareDecimals(left: string, right: string): number {
  if (left === right) return 0;
  if (simpleInteger.test(left) && simpleInteger.test(right)) return Number(left) - Number(right);
  const [a, b] = [parseDecimal(left), parseDecimal(right)];
  const lowest = Math.min(a.exponent, b.exponent);
  const [x, y] = [toScaledInteger(a, lowest), toScaledInteger(b, lowest)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Returns the exact sum of two canonical numbers, or their difference if `sign` is -1. */
export function addDecimals(left: string, right: string, sign: 1 | -1): string {
  const [a, b] = [parseDecimal(left), parseDecimal(right)];
  const lowest = Math.min(a.exponent, b.exponent);
  const sum = toScaledInteger(a, lowest) + BigInt(sign) * toScaledInteger(b, lowest);
  const negative = sum < 0n;
  return formatDecimal(normalize(negative, (negative ? -sum : sum).toString(), lowest));
}
