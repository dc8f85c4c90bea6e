import { expect, it } from 'vitest';
import { isAsciiOnly, toAscii } from '../../../src/cli/terminal/ascii.ts';

it.each([
  [{ TERM: 'dumb', LANG: 'en_US.UTF-8' }, true],
  [{ TERM: 'linux' }, true],
  [{ TERM: 'xterm', LC_ALL: 'C' }, true],
  [{ TERM: 'xterm', LC_ALL: 'C.UTF-8', LANG: 'C' }, false],
  [{ TERM: 'xterm', LC_CTYPE: 'POSIX', LANG: 'en_US.UTF-8' }, true],
  [{ TERM: 'xterm' }, false],
])('reads from %j whether the terminal shows only ASCII: %s', (variables, expected) => {
  expect(isAsciiOnly(variables)).toBe(expected);
});

it('replaces each sign by one character and keeps letters of other scripts', () => {
  const text = '✓ order · $1 → local (time ×60) █▌░ … Füller 北京';
  expect(toAscii(text)).toBe('+ order - $1 > local (time x60) ##. ~ Füller 北京');
  expect(toAscii(text)).toHaveLength(text.length);
});

it('shows skipped and pending stages by different characters', () => {
  const states = '· ◔ ✓ – ✗ ↶';
  expect(new Set(toAscii(states).split(' '))).toHaveLength(6);
});
