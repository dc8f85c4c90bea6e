import { expect, it } from 'vitest';
import { closestMatch } from '../src/did-you-mean.ts';

const commands = ['deploy', 'get', 'list', 'local:stop', 'local:start', 'submit', 'watch'];

it.each([
  ['gett', 'get'],
  ['sumbit', 'submit'],
  ['wach', 'watch'],
  ['local:stpo', 'local:stop'],
])('suggests for %s the command %s', (word, suggestion) => {
  expect(closestMatch(word, commands)).toBe(suggestion);
});

it('suggests nothing for a word that resembles no command', () => {
  expect(closestMatch('dashboard', commands)).toBeUndefined();
});
