import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { topics, variables } from '../../../src/cli/command/help-topics.ts';
import { schemas } from '../../../src/cli/schemas/index.ts';

interface Described {
  readonly summary?: string;
  readonly description?: string;
  readonly env?: string;
}
interface Command extends Described {
  readonly examples?: readonly string[];
  readonly flags: Readonly<Record<string, Described>>;
  readonly args: Readonly<Record<string, Described>>;
}

/** What the build made of the commands: all that help is written from. */
const commands = Object.entries(
  JSON.parse(readFileSync('dist/commands.json', 'utf8')) as Record<string, Command>,
);

it.each(commands)('%s says what it does, with examples and every flag described', (_, command) => {
  expect(command.summary ?? command.description).toMatch(/^[A-Z].*\.$/s);
  expect(command.examples?.length).toBeGreaterThan(0);
  const described = [...Object.entries(command.flags), ...Object.entries(command.args)];
  expect(described.filter(([, { description }]) => !description)).toEqual([]);
});

it('names every variable that a flag reads', () => {
  const read = commands.flatMap(([, { flags }]) =>
    Object.values(flags).flatMap(({ env }) => env ?? []),
  );
  expect(Object.keys(variables)).toEqual(expect.arrayContaining([...new Set(read)]));
});

it('has a schema in the package for every command that is described by one', () => {
  for (const name of Object.keys(schemas)) {
    const schema = JSON.parse(readFileSync(`dist/schemas/${name}.json`, 'utf8'));
    expect(schema).toHaveProperty('$schema');
  }
});

it('keeps its topics narrow enough to be read', () => {
  const long = Object.values(topics).flatMap((text) =>
    text.split('\n').filter(({ length }) => length > 100),
  );
  expect(long).toEqual([]);
});
