import { expect, it } from 'vitest';
import { createGrep } from '../../../src/orders/logs/grep.ts';

it.each([
  ['declined', 'Card DECLINED', true],
  ['CARD \\S+ed$', 'card declined', true],
  ['[A-C]\\d{3}', 'x b123', true],
  ['^payment (failed|declined)', 'Payment declined', true],
  ['a.c', 'ab', false],
  ['\\D\\W', '12', false],
])('finds %s in %j: %s', (pattern, message, expected) => {
  expect(createGrep(pattern)(message)).toBe(expected);
});

it('needs linear time for any pattern', () => {
  const message = `${'a'.repeat(100_000)}!`;
  for (const pattern of ['(a+)+$', `${'.*a'.repeat(30)}b`, '(a|a)*b', 'a*a*a*a*a*a*b']) {
    expect(createGrep(pattern)(message)).toBe(false);
  }
});

it('rejects patterns that are malformed or need backtracking', () => {
  expect(() => createGrep('(')).toThrow('is not a regular expression');
  for (const pattern of ['(?=a)a', '(a)\\1', 'a{3,500}']) {
    expect(() => createGrep(pattern)).toThrow('linear time');
  }
});
