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
  readonly usage: string;
  readonly examples?: readonly string[];
  readonly flags: Readonly<Record<string, Described>>;
  readonly args: Readonly<Record<string, Described>>;
}

/** The command table of the build, from which oclif writes the help. */
const commands = Object.entries(
  JSON.parse(readFileSync('dist/commands.json', 'utf8')) as Record<string, Command>,
);

it.each(commands)('%s has a summary, examples and a description of every flag', (_, command) => {
  expect(command.summary ?? command.description).toMatch(/^[A-Z].*\.$/s);
  expect(command.examples?.length).toBeGreaterThan(0);
  const described = [...Object.entries(command.flags), ...Object.entries(command.args)];
  expect(described.filter(([, { description }]) => !description)).toEqual([]);
});

it('lists every variable that a flag reads', () => {
  const read = commands.flatMap(([, { flags }]) =>
    Object.values(flags).flatMap(({ env }) => env ?? []),
  );
  expect(Object.keys(variables)).toEqual(expect.arrayContaining([...new Set(read)]));
});

it('has a schema file for every schema', () => {
  for (const name of Object.keys(schemas)) {
    const schema = JSON.parse(readFileSync(`dist/schemas/${name}.json`, 'utf8'));
    expect(schema).toHaveProperty('$schema');
  }
});

it('keeps its topics within 80 columns', () => {
  const long = Object.values(topics).flatMap((text) =>
    text.split('\n').filter(({ length }) => length > 80),
  );
  expect(long).toEqual([]);
});

it('keeps the summary, usage and examples of every command within 80 columns', () => {
  const lines = commands.flatMap(([id, { summary = '', usage, examples = [] }]) => [
    summary,
    usage.replace('<%= command.id %>', `  $ orders ${id}`),
    ...examples
      .flatMap((example) => example.split('\n'))
      .map((line) => `  $ ${line.replaceAll('<%= config.bin %>', 'orders')}`),
  ]);
  expect(lines.filter(({ length }) => length > 80)).toEqual([]);
});

it('describes every topic', () => {
  const { oclif } = JSON.parse(readFileSync('package.json', 'utf8'));
  const used = commands.flatMap(([id]) => /^[^:]+(?=:)/.exec(id)?.[0] ?? []);
  expect(Object.keys(oclif.topics).toSorted()).toEqual([...new Set(used)].toSorted());
});
