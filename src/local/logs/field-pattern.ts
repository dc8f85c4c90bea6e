import { createComparison, invalidPattern, type Predicate } from './comparison.ts';

/** A field of a pattern with its test, or `...` for any number of fields. */
type Field = Predicate | '...';

/**
 * Returns the test for the fields between the brackets of a pattern, such as `[ip, user, ..., code = 4*, size > 50]`. A message must
 * have as many fields as the pattern, except for the fields that `...` stands for.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html#extract-log-event-values-space-delimited
 */
export function parseFieldPattern(text: string): (message: string) => boolean {
  const fields = splitFields(text).map((field) => parseField(field.trim(), text));
  const ellipsis = fields.indexOf('...');
  if (ellipsis !== fields.lastIndexOf('...')) throw invalidPattern(`[${text}]`);
  const tests = fields.filter((field) => field !== '...');
  return (message) => {
    const values = splitMessage(message);
    if (ellipsis < 0 ? values.length !== tests.length : values.length < tests.length) return false;
    const head = ellipsis < 0 ? tests.length : ellipsis;
    const skipped = values.length - tests.length;
    return tests.every((test, index) => test(values[index < head ? index : index + skipped]));
  };
}

/** Splits a text at its commas outside quotes, regular expressions and parentheses. */
function splitFields(text: string): string[] {
  const fields: string[] = [];
  let field = '';
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|%[^%]*%|,|[^",%]+|./gs)) {
    if (token === ',') {
      fields.push(field);
      field = '';
    } else {
      field += token;
    }
  }
  return [...fields, field];
}

const conditionPattern =
  /^\s*(\w+)\s*(!=|<=|>=|=|<|>)\s*("(?:\\.|[^"\\])*"|%[^%]+%|[^\s"&|,()]+)\s*$/;

function parseField(field: string, pattern: string): Field {
  if (field === '...') return '...';
  if (/^\w+$/.test(field)) return () => true;
  const inner = /^\((.*)\)$/s.exec(field)?.[1] ?? field;
  const alternatives = splitOutsideQuotes(inner, '||').map((alternative) =>
    splitOutsideQuotes(alternative, '&&').map((condition) => parseCondition(condition, pattern)),
  );
  return (value) => alternatives.some((tests) => tests.every((test) => test(value)));
}

function parseCondition(condition: string, pattern: string): Predicate {
  const [, name, operator = '', operand = ''] = conditionPattern.exec(condition) ?? [];
  if (name === undefined) throw invalidPattern(`[${pattern}]`);
  const test = createComparison(operator, operand);
  return /[<>]/.test(operator) ? (value) => test(parseNumber(value)) : test;
}

/** Returns the number in a field, or the field itself if it is not a number. */
function parseNumber(field: unknown): unknown {
  const isNumber = typeof field === 'string' && /^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(field);
  return isNumber ? Number(field) : field;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const fields = [''];
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|%[^%]*%|&&|\|\||./gs)) {
    if (token === separator) fields.push('');
    else fields[fields.length - 1] += token;
  }
  return fields;
}

/** Returns the fields of a message. A text in quotes or brackets is one field, without them. */
function splitMessage(message: string): string[] {
  const fields: string[] = [];
  let bracketEnd = -1;
  let at = message.search(/\S/);
  while (at >= 0 && at < message.length) {
    // The next closing bracket is searched once for all opening brackets before it.
    if (bracketEnd < at) bracketEnd = message.indexOf(']', at);
    if (bracketEnd < 0) bracketEnd = message.length;
    const field =
      match(quotedField, message, at) ??
      readBracketed(message, at, bracketEnd) ??
      match(plainField, message, at);
    fields.push(field?.text ?? '');
    at = match(spaces, message, field?.end ?? message.length)?.end ?? message.length;
  }
  return fields;
}

const quotedField = /"((?:\\.|[^"\\])*)"(?=\s|$)/y;
const plainField = /(\S+)/y;
const spaces = /(\s*)/y;

interface MessageField {
  readonly text: string;
  /** Position after the field. */
  readonly end: number;
}

function match(pattern: RegExp, message: string, at: number): MessageField | undefined {
  pattern.lastIndex = at;
  const [whole, text = ''] = pattern.exec(message) ?? [];
  return whole === undefined ? undefined : { text, end: at + whole.length };
}

function readBracketed(message: string, at: number, end: number): MessageField | undefined {
  if (message[at] !== '[' || message[end] !== ']' || !/^(\s|$)/.test(message.charAt(end + 1)))
    return undefined;
  return { text: message.slice(at + 1, end), end: end + 1 };
}
