import type { Command } from '@oclif/core';
import { expect, it } from 'vitest';
import { formatCommandTable, parseCommandTable } from '../../../src/cli/command/command-table.ts';

const ids = ['get', 'local:start', 'local:stop', 'locate', 'versions', 'versions:prune'];
const table = Object.fromEntries(ids.map((id) => [id, { id } as Command.Cached]));
const text = formatCommandTable(table);
const parse = (...argv: string[]) => Object.keys(parseCommandTable(text, argv));

it('is JSON with all commands', () => {
  expect(JSON.parse(text)).toEqual(table);
});

it('parses only the commands that begin with the first argument', () => {
  expect(parse('get', 'latest')).toEqual(['get']);
  expect(parse('local', 'start')).toEqual(['local:start', 'local:stop']);
  expect(parse('local:stop')).toEqual(['local:stop']);
  expect(parse('versions')).toEqual(['versions', 'versions:prune']);
});

it('parses all commands for help, for an unknown command and without arguments', () => {
  for (const argv of [[], ['gett'], ['--json'], ['help', 'get'], ['get', '--help']]) {
    expect(parse(...argv)).toEqual(ids);
  }
});
