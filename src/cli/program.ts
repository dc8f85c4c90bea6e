import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import type { Command, Interfaces } from '@oclif/core';
import { packageRoot } from '../environment/project.ts';
import { isAsciiOnly, writeAscii } from './terminal/ascii.ts';
import { endOnBrokenPipe, obeyNoColor } from './terminal/terminal.ts';

type Table = Readonly<Record<string, Command.Cached>>;

/**
 * Runs a command, and reports how it failed. oclif is given the commands from the table that the build made: it then
 * looks into no directory, and loads the one command that runs.
 */
export async function runProgram(given: string[]): Promise<void> {
  const root = packageRoot();
  enableCompileCache(join(root, 'dist/compile-cache'));
  obeyNoColor(process.env);
  endOnBrokenPipe(() => {});
  if (isAsciiOnly(process.env))
    for (const each of [process.stdout, process.stderr]) writeAscii(each);
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Interfaces.PJSON;
  const table = JSON.parse(readFileSync(join(root, 'dist/commands.json'), 'utf8')) as Table;
  const plugin = pluginOf(table, { pjson, root });
  const argv = helpOf(given, table);
  const { run } = await import('./oclif.ts');
  try {
    await run(argv, { root, pjson, plugins: new Map([[plugin.name, plugin]]) });
  } catch (error) {
    const { exitOfOclif } = await import('./command/json-output.ts');
    if (exitOfOclif(error) === 0) return;
    const { reportError } = await import('./command/base-command.ts');
    reportError(await explained(error, table), argv);
  }
}

/** `help get` is `get --help`, and `help` alone is everything; the topics of `help` are commands. */
function helpOf([first, ...rest]: string[], table: Table): string[] {
  if (first !== 'help') return first === undefined ? [] : [first, ...rest];
  return table[`help:${rest[0]}`] ? [first, ...rest] : [...rest, '--help'];
}

/** Says what a command that does not exist may have been meant to be. */
async function explained(error: unknown, table: Table): Promise<unknown> {
  const [, id] =
    /^command (\S+) not found\.?$/i.exec(error instanceof Error ? error.message : '') ?? [];
  if (id === undefined) return error;
  const { nearest } = await import('./command/did-you-mean.ts');
  const { UserError } = await import('../user-error.ts');
  const meant = nearest(id, Object.keys(table))?.replaceAll(':', ' ');
  return new UserError(`There is no command "${id.replaceAll(':', ' ')}".`, {
    hint: [...(meant ? [`did you mean: orders ${meant}`] : []), 'orders --help'],
    code: 'UnknownCommand',
  });
}

function pluginOf(
  table: Table,
  { pjson, root }: { pjson: Interfaces.PJSON; root: string },
): Interfaces.Plugin {
  const load = async (id: string): Promise<Command.Class> => {
    const { default: command } = await import(
      `${root}/dist/commands/${id.replaceAll(':', '/')}.js`
    );
    return Object.assign(command, { id, plugin });
  };
  const plugin: Interfaces.Plugin = {
    _base: '',
    alias: pjson.name,
    commandIDs: Object.keys(table),
    commands: Object.entries(table).map(([id, command]) => ({ ...command, load: () => load(id) })),
    commandsDir: undefined,
    findCommand: load,
    hasManifest: true,
    hooks: {},
    isRoot: true,
    load: () => Promise.resolve(),
    moduleType: 'module',
    name: pjson.name,
    options: { root },
    pjson,
    root,
    topics: Object.entries(pjson.oclif.topics ?? {}).map(([name, topic]) => ({ ...topic, name })),
    type: 'core',
    valid: true,
    version: pjson.version,
  };
  return plugin;
}
