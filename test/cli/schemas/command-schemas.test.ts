import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { schemas } from '../../../src/cli/schemas/index.ts';

interface Command {
  readonly flags: Readonly<Record<string, unknown>>;
}

/** The command table of the build. */
const commands = Object.entries(
  JSON.parse(readFileSync('dist/commands.json', 'utf8')) as Record<string, Command>,
).map(([id, { flags }]) => ({ name: id.replaceAll(':', '-'), hasJson: 'json' in flags }));

/** Schemas of one mode of a command are named after the command, with one of these suffixes. */
const modes = ['stream', 'dry-run', 'batch', 'report', 'scale', 'verify', 'columns'];

const schemaNames = (command: string) => [command, ...modes.map((mode) => `${command}-${mode}`)];

it('has a schema for every command that supports --json', () => {
  const withJson = commands.filter(({ hasJson }) => hasJson).map(({ name }) => name);
  expect(withJson.length).toBeGreaterThan(30);
  const missing = withJson.filter((name) => !schemaNames(name).some((schema) => schema in schemas));
  expect(missing).toEqual([]);
});

it('has no schema without a command that supports --json', () => {
  const expected = commands.flatMap(({ name, hasJson }) => (hasJson ? schemaNames(name) : []));
  const unused = Object.keys(schemas).filter((schema) => !expected.includes(schema));
  expect(unused).toEqual(['error']);
});
