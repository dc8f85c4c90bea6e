import type { Command } from '@oclif/core';

type CachedFlag = Command.Cached['flags'][string];

/** Maximum length of a list of options that oclif prints as one word. It would break a longer word at any letter. */
const maxOptionsLength = 40;

/**
 * Returns a command with shorter help: a usage line that does not repeat the flags, a description in one paragraph, examples
 * without empty lines between them, and long lists of options in words. oclif prints the last line of a description, so it
 * must have only one.
 */
export function shortenHelp(command: Command.Cached): Command.Cached {
  const { args, flags, description, examples } = command;
  const usage = Object.values(args).map(formatArgument);
  if (Object.keys(flags).length > 0) usage.push('[flags]');
  const texts = examples?.filter((example) => typeof example === 'string') ?? [];
  return {
    ...command,
    usage: ['<%= command.id %>', ...usage].join(' '),
    flags: Object.fromEntries(
      Object.entries(flags).map(([name, flag]) => [name, describeOptions(flag)]),
    ),
    ...(description ? { description: description.replaceAll('\n', ' ') } : {}),
    ...(texts.length > 0 ? { examples: [texts.join('\n')] } : {}),
  };
}

function describeOptions(flag: CachedFlag): CachedFlag {
  if (flag.type !== 'option' || flag.helpValue || !flag.options) return flag;
  if (flag.options.join('|').length <= maxOptionsLength) return flag;
  return {
    ...flag,
    helpValue: `<${flag.name}>`,
    description: `${flag.description}\n${flag.options.join(', ')}`,
  };
}

function formatArgument({ name, required, multiple }: Command.Cached['args'][string]): string {
  const label = `${name.toUpperCase()}${multiple ? '...' : ''}`;
  return required ? label : `[${label}]`;
}
