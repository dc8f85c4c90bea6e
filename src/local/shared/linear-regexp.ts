import { setFlagsFromString } from 'node:v8';
import { withTimeLimit } from './time-limit.ts';

/** Maximum time for a pattern that needs backtracking (ms). */
const maxBacktrackingMs = 500;

let isEnabled = false;

/**
 * Returns a regular expression whose time is proportional to the length of the text, so that no pattern from a request can stop the
 * runtime. Throws SyntaxError if the pattern is malformed or needs backtracking: lookaheads, backreferences, or a repetition with a
 * high count. https://v8.dev/blog/non-backtracking-regexp
 */
export function compileLinear(source: string, flags: '' | 's' | 'g' = ''): RegExp {
  if (!isEnabled) setFlagsFromString('--enable-experimental-regexp-engine');
  isEnabled = true;
  return new RegExp(source, `l${flags}`);
}

/**
 * Calls `use` with the regular expression of a pattern from a template. Only a pattern that needs backtracking has a time limit: `use`
 * must be synchronous. Throws an error if the pattern is malformed or takes too long.
 */
export function withPattern<T>(
  source: string,
  flags: '' | 's' | 'g',
  use: (pattern: RegExp) => T,
): T {
  let linear: RegExp;
  try {
    linear = compileLinear(source, flags);
  } catch {
    const pattern = new RegExp(source, flags);
    return withTimeLimit(maxBacktrackingMs, () => use(pattern));
  }
  return use(linear);
}
