import { expect, it } from 'vitest';
import { nearest } from '../../../src/cli/command/did-you-mean.ts';

const commands = ['deploy', 'get', 'list', 'local:stop', 'local:start', 'submit', 'watch'];

it.each([
  ['gett', 'get'],
  ['sumbit', 'submit'],
  ['wach', 'watch'],
  ['local:stpo', 'local:stop'],
])('takes %s for %s', (word, meant) => {
  expect(nearest(word, commands)).toBe(meant);
});

it('suggests nothing for a word that is like none', () => {
  expect(nearest('dashboard', commands)).toBeUndefined();
});
