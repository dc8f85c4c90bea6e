/** Builds the completion table, with a line per command, topic and flag, from oclif's command table. */
import { providers } from '../../../functions/contract/providers.ts';
import { reviewOperations } from '../../../functions/contract/review.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { stages } from '../../../functions/contract/workflow.ts';
import { columnNames } from '../list/order-columns.ts';

/** The properties of a flag or an argument that completion uses. */
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

/** The commands by id (`local:start`), as the build writes them to `dist/commands.json`. */
export type CommandTable = Readonly<Record<string, Command>>;
export type Topics = Readonly<Record<string, { readonly description?: string }>>;

/** Products of the samples. Other products are known only to the stack. */
const sampleProducts = [
  ...new Set(
    Object.values(samples).flatMap(({ items }) => items.map(({ productId }) => productId)),
  ),
];

const oneOf = (values: readonly string[]) => `=${values.join('|')}`;

/**
 * The values of flags and arguments that have no options in the command table, by name: `@…` is looked up during completion,
 * `=a|b` lists the values, and a leading comma means that several values are separated by commas.
 */
export const valuesByName: Readonly<Record<string, string>> = {
  order: '@orders',
  a: '@runs',
  b: '@runs',
  env: '@environments',
  confirm: '@environments',
  from: '@environments',
  name: '@environments',
  profile: '@profiles',
  file: '@files',
  folder: '@files',
  template: '@files',
  sample: oneOf(Object.keys(samples)),
  mix: `,${oneOf(Object.keys(samples).map((name) => `${name}=`))}`,
  parameter: '@parameters',
  product: oneOf(sampleProducts),
  columns: `,${oneOf(columnNames)}`,
  sort: oneOf(columnNames.flatMap((name) => [name, `${name}:desc`])),
  provider: oneOf([...providers]),
  step: oneOf([...stages.map(({ id }) => id), ...Object.values(reviewOperations)]),
};

/** Marks a value that cannot be completed. */
const anyValue = '?';

/**
 * Returns the tab-separated lines that the completer reads: `flag number name letter values repeatable description`,
 * `command path flags arguments summary` and `topic path description`. Commands refer to flags by number, so that a flag of
 * several commands needs only one line.
 */
export function buildCompletionTable(commands: CommandTable, topics: Topics): string[] {
  const flags = new Map<string, number>();
  const assignNumber = (flagLine: string) => {
    const number = flags.get(flagLine) ?? flags.size + 1;
    flags.set(flagLine, number);
    return number;
  };
  const commandLines = Object.entries(commands)
    .filter(([, { hidden }]) => !hidden)
    .map(([id, command]) => {
      const numbers = Object.values(command.flags).flatMap(toFlagLines).map(assignNumber);
      const args = Object.values(command.args).map(
        (arg) => `${completionValues(arg)}${arg.multiple ? '*' : ''}`,
      );
      const text = firstLine(command.summary ?? command.description);
      return line('command', id.replaceAll(':', ' '), numbers.join(' '), args.join(' '), text);
    });
  const paths = new Set(Object.keys(commands).flatMap((id) => id.split(':').slice(0, -1)));
  const topicLines = [...paths].map((name) =>
    line('topic', name, firstLine(topics[name]?.description)),
  );
  const flagLines = [...flags].map(([rest, number]) => line('flag', String(number), rest));
  return [...flagLines, ...commandLines, ...topicLines];
}

function toFlagLines(flag: Flag): string[] {
  if (flag.hidden) return [];
  const { name, char, type, multiple = false, delimiter, allowNo } = flag;
  const separator = delimiter && completionValues(flag).startsWith('=') ? delimiter : '';
  const values = type === 'boolean' ? '' : `${separator}${completionValues(flag)}`;
  const text = firstLine(flag.description);
  const repeatable = multiple ? '*' : '';
  const flagLine = line(`--${name}`, char ? `-${char}` : '', values, repeatable, text);
  if (!allowNo) return [flagLine];
  return [flagLine, line(`--no-${name}`, '', '', '', `opposite of --${name}`)];
}

function completionValues({ name, options }: Input): string {
  return options ? oneOf(options) : (valuesByName[name] ?? anyValue);
}

const line = (...fields: readonly string[]) => fields.join('\t');
const firstLine = (text = '') => (text.split('\n')[0] ?? '').replaceAll('\t', ' ').trim();
