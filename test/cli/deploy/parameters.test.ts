import { expect, it } from 'vitest';
import { parseParameters } from '../../../src/cli/deploy/parameters.ts';

it('parses template parameters with any characters in the value', () => {
  expect(parseParameters(['A=1', 'B=x=y', 'C='])).toEqual({ A: '1', B: 'x=y', C: '' });
});

it.each([[['A']], [['=1']], [['A=1', 'A=2']]])('rejects %j', (pairs) => {
  expect(() => parseParameters(pairs)).toThrow(/--parameter/);
});
