/** The table of commands that the build writes: the flags, arguments and help of each, on a line of its own. */
import type { Command } from '@oclif/core';

export type CommandTable = Readonly<Record<string, Command.Cached>>;

/** Returns the text of a table: a JSON object with one line for each command. */
export function formatCommandTable(table: CommandTable): string {
  const lines = Object.entries(table).map(
    ([id, command]) => `${JSON.stringify(id)}:${JSON.stringify(command)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}

/**
 * Returns the commands in a table whose id begins with the first argument, or all if there is none or if help is requested. Parsing all
 * takes as long as loading a module of the program.
 */
export function parseCommandTable(text: string, argv: readonly string[]): CommandTable {
  const [word = ''] = argv;
  const isHelp = word === 'help' || argv.includes('--help');
  const starts = [`"${word}":`, `"${word}:`];
  const lines = isHelp
    ? []
    : text.split('\n').filter((line) => starts.some((start) => line.startsWith(start)));
  return JSON.parse(lines.length > 0 ? `{${lines.join('').replace(/,$/, '')}}` : text);
}
