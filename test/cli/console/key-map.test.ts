import { expect, it } from 'vitest';
import { actions } from '../../../src/cli/console/actions/index.ts';
import { allBindings, ownBindings } from '../../../src/cli/console/key-map.ts';
import { readPage, readTable } from '../../support/markdown.ts';

it('has one meaning for each key', () => {
  const keys = [
    ...ownBindings.flatMap((binding) => binding.keys),
    ...actions.map(({ key }) => key),
  ];
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

it('is the table of keys on the page about the console', () => {
  const rows = allBindings(actions).map(({ shown, summary }) => [
    shown
      .split(' ')
      .map((key) => `\`${key}\``)
      .join(' '),
    summary,
  ]);
  expect(readTable(readPage('docs/console.md'), 'Keys')).toEqual(rows);
});
