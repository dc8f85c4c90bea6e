import { AwsError } from '../wire/aws-error.ts';
import { invalidPattern, isRegex, parseRegex, unquote } from './comparison.ts';
import { parseFieldPattern } from './field-pattern.ts';
import { parseJsonPattern } from './json-pattern.ts';

/** Reports whether the message of a log event matches. */
export type Matcher = (message: string) => boolean;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const maxPatternLength = 1024;

/**
 * Returns the matcher for a filter pattern of CloudWatch Logs. A pattern has terms (all must occur, a `-term` must not, at least
 * one `?term` must), quoted phrases, regular expressions in percent signs, a JSON condition such as `{ $.level = "ERROR" }`, or
 * conditions on space-delimited fields such as `[ip, ..., code = 404]`. Throws InvalidParameterException if the pattern is malformed.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function parsePattern(pattern: string | undefined): Matcher {
  const text = pattern?.trim() ?? '';
  if (text.length > maxPatternLength) {
    throw new AwsError(
      'InvalidParameterException',
      `1 validation error detected: Value at 'filterPattern' failed to satisfy constraint: Member must have length less than or equal to ${maxPatternLength}`,
    );
  }
  if (text === '') return () => true;
  if (text.startsWith('{')) {
    if (!text.endsWith('}')) throw invalidPattern(text);
    return parseJsonPattern(text.slice(1, -1));
  }
  if (text.startsWith('[')) {
    if (!text.endsWith(']')) throw invalidPattern(text);
    return parseFieldPattern(text.slice(1, -1));
  }
  return parseTerms(text);
}

function parseTerms(text: string): Matcher {
  const required: Matcher[] = [];
  const excluded: Matcher[] = [];
  const optional: Matcher[] = [];
  const pattern = /\s*([-?]?)("(?:\\.|[^"\\])*"|%[^%]+%|[^\s"%]+)(?=\s|$)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) throw invalidPattern(text);
    const [, sign, term = ''] = match;
    (sign === '-' ? excluded : sign === '?' ? optional : required).push(parseTerm(term, text));
  }
  return (message) =>
    required.every((matches) => matches(message)) &&
    !excluded.some((matches) => matches(message)) &&
    (optional.length === 0 || optional.some((matches) => matches(message)));
}

/** Returns the matcher for one term. A term with other characters than letters, digits and underscores needs quotes. */
function parseTerm(term: string, pattern: string): Matcher {
  if (isRegex(term)) {
    const expression = parseRegex(term);
    return (message) => expression.test(message);
  }
  if (!term.startsWith('"') && !/^[\p{L}\p{N}_]+$/u.test(term)) throw invalidPattern(pattern);
  const expected = unquote(term);
  return (message) => message.includes(expected);
}
