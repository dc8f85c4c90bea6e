import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, type Interfaces, run as runOclif } from '@oclif/core';
import { packageRoot } from '../environment/project.ts';
import { type CommandTable, parseCommandTable } from './command/command-table.ts';
import { isAsciiOnly, writeAscii } from './terminal/ascii.ts';
import { guardOutput } from './terminal/output-guard.ts';
import {
  applyNoColor,
  chooseUi,
  endOnBrokenPipe,
  type UiMode,
  uiModes,
} from './terminal/terminal.ts';

/**
 * Runs a command and reports its error. oclif receives the command table of the build, so it scans no directory and loads
 * only the command that runs.
 */
export async function runProgram(programArguments: string[]): Promise<void> {
  const root = packageRoot();
  applyNoColor(process.env);
  endOnBrokenPipe(() => {});
  if (isAsciiOnly(process.env))
    for (const stream of [process.stdout, process.stderr]) writeAscii(stream);
  for (const stream of [process.stdout, process.stderr]) guardOutput(stream);
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Interfaces.PJSON;
  const isBare = programArguments.length === 0;
  const expanded = isBare && canOpenConsole() ? ['ui'] : expandShortFlags(programArguments);
  const commands = readFileSync(join(root, 'dist/commands.json'), 'utf8');
  const table = parseCommandTable(commands, expanded);
  const plugin = buildPlugin(table, { pjson, root });
  const argv = toHelpArguments(expanded, table);
  // Without this, oclif would look for a file with colors.
  process.env['ORDERS_DISABLE_THEME'] = 'true';
  try {
    await runOclif(argv, { root, pjson, plugins: new Map([[plugin.name, plugin]]) });
  } catch (error) {
    const { oclifExitCode } = await import('./command/json-output.ts');
    if (oclifExitCode(error) === 0) return;
    const { reportError } = await import('./command/base-command.ts');
    const all = parseCommandTable(commands, []);
    reportError(await explainUnknownCommand(error, { table: all, typed: programArguments }), argv);
  }
}

/** Returns whether the program runs on a terminal for which a live view is suitable. */
function canOpenConsole(): boolean {
  const { env, stdin, stdout } = process;
  const mode = uiModes.find((name): name is UiMode => name === env['ORDERS_UI']) ?? 'auto';
  return stdin.isTTY && stdout.isTTY && chooseUi(mode, stdout, env) === 'live';
}

/** Commands of other programs with the same purpose here. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ['ls', 'list'],
  ['ps', 'list --running'],
  ['show', 'get'],
  ['describe', 'get'],
  ['status', 'local status'],
  ['info', 'get'],
  ['up', 'deploy'],
  ['down', 'destroy'],
  ['version', '--version'],
  ['start', 'local start'],
  ['stop', 'local stop'],
  ['reset', 'local reset'],
  ['rm', 'cancel'],
  ['delete', 'cancel'],
  ['kill', 'cancel'],
  ['create', 'submit'],
  ['tail', 'logs --follow'],
  ['events', 'history'],
  ['top', 'ui'],
  ['console', 'ui'],
  ['dashboard', 'ui'],
  ['stats', 'metrics'],
  ['approve', 'review approve'],
  ['reject', 'review reject'],
  ['rollback', 'versions rollback'],
  ['-V', '--version'],
]);

/** Returns the arguments with `-h` replaced by `--help` and `-q` by `--ui quiet`, up to `--`. */
function expandShortFlags(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const isFlag = (index: number) => end < 0 || index < end;
  return argv.flatMap((text, index) => {
    if (text === '-h' && isFlag(index)) return ['--help'];
    return text === '-q' && isFlag(index) ? ['--ui', 'quiet'] : [text];
  });
}

/** Converts `help get` to `get --help` and `help` to `--help`. Help topics such as `help json` are commands and stay unchanged. */
function toHelpArguments([first, ...rest]: string[], table: CommandTable): string[] {
  if (first !== 'help') return first === undefined ? [] : [first, ...rest];
  return table[`help:${rest[0]}`] ? [first, ...rest] : [...rest, '--help'];
}

/**
 * Returns a UserError that suggests a similar command if `error` reports an unknown one, else `error` itself. `typed`: the arguments
 * of the program.
 */
async function explainUnknownCommand(
  error: unknown,
  { table, typed }: { readonly table: CommandTable; readonly typed: readonly string[] },
): Promise<unknown> {
  const [, id] =
    /^command (\S+) not found\.?$/i.exec(error instanceof Error ? error.message : '') ?? [];
  if (id === undefined) return error;
  const { closestMatch } = await import('../did-you-mean.ts');
  const { UserError } = await import('../user-error.ts');
  const { explainLeadingFlags } = await import('./command/leading-flags.ts');
  const words = id.split(':');
  // `-V` is a synonym of `--version`, and no command has it.
  const flagError = synonyms.has(id) ? undefined : explainLeadingFlags(typed, Object.values(table));
  if (flagError) return flagError;
  const suggestion = suggestCommand(words, Object.keys(table), closestMatch);
  return new UserError(describeUnknown(words, Object.keys(table)), {
    hint: [...(suggestion ? [`did you mean: orders ${suggestion}`] : []), 'orders --help'],
    code: 'UnknownCommand',
  });
}

/** Names the part that is unknown: a flag, the command, or the second word of a topic's command. */
function describeUnknown(
  [first = '', second]: readonly string[],
  commands: readonly string[],
): string {
  if (first.startsWith('-')) return `Unknown flag ${first}.`;
  const isTopic = commands.some((id) => id.startsWith(`${first}:`));
  return `Unknown command "${isTopic && second !== undefined ? `${first} ${second}` : first}".`;
}

/** Returns the command that the words probably mean. oclif adds the arguments of an unknown command to its words. */
function suggestCommand(
  words: readonly string[],
  commands: readonly string[],
  closestMatch: (typed: string, known: readonly string[]) => string | undefined,
): string | undefined {
  const [first = ''] = words;
  const meant = first === 'status' && words.length > 1 ? 'get' : synonyms.get(first);
  if (meant) return [meant, ...words.slice(1)].join(' ');
  for (const length of [2, 1]) {
    if (words.length < length) continue;
    const candidates = commands.filter((id) => id.split(':').length === length);
    const typed = words.slice(0, length).join(':');
    const found = closestMatch(typed, candidates);
    // `versions list` is unknown although `versions` is a command: the other words are no arguments of it.
    if (found === typed) return found;
    if (found) return [found.replaceAll(':', ' '), ...words.slice(length)].join(' ');
  }
  return undefined;
}

function buildPlugin(
  table: CommandTable,
  { pjson, root }: { pjson: Interfaces.PJSON; root: string },
): Interfaces.Plugin {
  const load = async (id: string): Promise<Command.Class> => {
    const { default: command } = await import(
      `${root}/dist/commands/${id.replaceAll(':', '/')}.js`
    );
    // oclif's own method would load the configuration again.
    const run = (argv: string[], config: Interfaces.Config) => new command(argv, config)._run();
    return Object.assign(command, { id, plugin, run });
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
