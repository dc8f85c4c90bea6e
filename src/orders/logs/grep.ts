/** The pattern of `orders logs --grep`. */
import { setFlagsFromString } from 'node:v8';
import { UserError } from '../../user-error.ts';

/**
 * Returns a function that reports whether a message contains a match, ignoring case. Its time is proportional to the length of the
 * message, for every pattern: https://v8.dev/blog/non-backtracking-regexp. Throws UserError for an invalid pattern.
 */
export function createGrep(pattern: string): (message: string) => boolean {
  const expression = compile(pattern);
  return (message) => expression.test(message.toLowerCase());
}

/** Returns the expression for lower-case messages: the linear engine does not ignore the case. */
function compile(pattern: string): RegExp {
  try {
    new RegExp(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`--grep is not a regular expression: ${reason}`, { code: 'BadPattern' });
  }
  setFlagsFromString('--enable-experimental-regexp-engine');
  try {
    // oxlint-disable-next-line no-invalid-regexp -- a flag of V8's linear engine
    return new RegExp(toLowerCase(pattern), 'l');
  } catch (cause) {
    throw new UserError('--grep cannot be matched in linear time.', {
      hint: 'use no lookahead, no backreference and no repetition above 16',
      code: 'BadPattern',
      cause,
    });
  }
}

/** Returns the pattern in lower case, except for escapes such as `\S`, whose case has a meaning. */
const toLowerCase = (pattern: string) =>
  pattern.replace(/\\.|[^\\]+/gs, (part) => (part.startsWith('\\') ? part : part.toLowerCase()));
