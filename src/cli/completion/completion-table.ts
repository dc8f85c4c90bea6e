/** What can be typed, made from oclif's command table: a line for each command, topic and flag. Pure. */
import { reviewOperations } from '../../../functions/contract/review.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { stages } from '../../../functions/contract/workflow.ts';

/** What completion uses of a flag or argument in the command table. */
interface Input {
  readonly name: string;
  readonly description?: string;
  readonly options?: readonly string[];
  readonly multiple?: boolean;
  readonly hidden?: boolean;
}

interface Flag extends Input {
  readonly type: string;
  readonly char?: string;
  readonly allowNo?: boolean;
  readonly delimiter?: string;
}

export interface Command {
  readonly summary?: string;
  readonly description?: string;
  readonly hidden?: boolean;
  readonly flags: Readonly<Record<string, Flag>>;
  readonly args: Readonly<Record<string, Input>>;
}

/** The command table that the build writes: command id (`local:start`) -> command. */
export type CommandTable = Readonly<Record<string, Command>>;
export type Topics = Readonly<Record<string, { readonly description?: string }>>;

const oneOf = (values: readonly string[]) => `=${values.join('|')}`;

/**
 * What the values of flags and arguments are, by their names, where the command table does not say: `@…` is looked up at
 * the time, `=a|b` is one of these, and a comma before it says that several are written with commas.
 */
export const valuesByName: Readonly<Record<string, string>> = {
  order: '@orders',
  env: '@environments',
  confirm: '@environments',
  name: '@environments',
  profile: '@profiles',
  file: '@files',
  template: '@files',
  sample: oneOf(Object.keys(samples)),
  mix: `,${oneOf(Object.keys(samples).map((name) => `${name}=`))}`,
  step: oneOf([...stages.map(({ id }) => id), ...Object.values(reviewOperations)]),
};

/** A value that nothing is known of. */
const anything = '?';

/**
 * The lines that the completion script reads, tab-separated: `command path flags arguments text`, `topic path text` and
 * `flag number name letter values repeatable text`. Flags that are the same in several commands are one line.
 */
export function completionTable(commands: CommandTable, topics: Topics): string[] {
  const flags = new Map<string, number>();
  const numberOf = (line: string) => {
    const known = flags.get(line) ?? flags.size + 1;
    flags.set(line, known);
    return known;
  };
  const lines = Object.entries(commands)
    .filter(([, { hidden }]) => !hidden)
    .map(([id, command]) => {
      const numbers = Object.values(command.flags).flatMap(flagLines).map(numberOf);
      const args = Object.values(command.args).map(
        (arg) => `${valuesOf(arg)}${arg.multiple ? '*' : ''}`,
      );
      const text = firstLine(command.summary ?? command.description);
      return line('command', id.replaceAll(':', ' '), numbers.join(' '), args.join(' '), text);
    });
  const paths = new Set(Object.keys(commands).flatMap((id) => id.split(':').slice(0, -1)));
  const ofTopics = [...paths].map((name) =>
    line('topic', name, firstLine(topics[name]?.description)),
  );
  const ofFlags = [...flags].map(([rest, number]) => line('flag', String(number), rest));
  return [...ofFlags, ...lines, ...ofTopics];
}

function flagLines(flag: Flag): string[] {
  if (flag.hidden) return [];
  const { name, char, type, multiple = false, delimiter, allowNo } = flag;
  const several = delimiter && valuesOf(flag).startsWith('=') ? delimiter : '';
  const values = type === 'boolean' ? '' : `${several}${valuesOf(flag)}`;
  const text = firstLine(flag.description);
  const repeatable = multiple ? '*' : '';
  const asked = line(`--${name}`, char ? `-${char}` : '', values, repeatable, text);
  return allowNo ? [asked, line(`--no-${name}`, '', '', '', `not: ${text}`)] : [asked];
}

function valuesOf({ name, options }: Input): string {
  return options ? oneOf(options) : (valuesByName[name] ?? anything);
}

const line = (...fields: readonly string[]) => fields.join('\t');
const firstLine = (text = '') => (text.split('\n')[0] ?? '').replaceAll('\t', ' ').trim();
