import { expect, it } from 'vitest';
import { readParameters } from '../../../src/cli/deploy/parameters.ts';

it('reads template parameters, whatever their values hold', () => {
  expect(readParameters(['A=1', 'B=x=y', 'C='])).toEqual({ A: '1', B: 'x=y', C: '' });
});

it.each([[['A']], [['=1']], [['A=1', 'A=2']]])('refuses %j', (pairs) => {
  expect(() => readParameters(pairs)).toThrow(/--parameter/);
});
