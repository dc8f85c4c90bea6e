/** Explains flags in front of the command: oclif takes the first of them for the name of a command. Pure. */
import { UserError } from '../../user-error.ts';

interface CommandFlags {
  readonly flags: Readonly<
    Record<string, { readonly type: 'boolean' | 'option'; readonly char?: string | undefined }>
  >;
}

/** Other spellings that are accepted, or that are corrected in the hint. */
const spellings: ReadonlyMap<string, string> = new Map([
  ['-h', '-h'],
  ['-q', '-q'],
  ['--quiet', '-q'],
]);

/**
 * Returns the error of arguments that begin with flags, with the same arguments behind the command as the fix. Returns undefined if
 * the first argument is no flag.
 */
export function explainLeadingFlags(
  argv: readonly string[],
  commands: readonly CommandFlags[],
): UserError | undefined {
  const known = new Map(
    commands.flatMap(({ flags }) =>
      Object.entries(flags).flatMap(([name, { type, char }]) =>
        [`--${name}`, ...(char ? [`-${char}`] : [])].map((text) => [text, type] as const),
      ),
    ),
  );
  let position = 0;
  let unknown: string | undefined;
  while (argv[position]?.startsWith('-')) {
    const text = argv[position] ?? '';
    const [name = text] = text.split('=');
    if (!known.has(name) && !spellings.has(name)) unknown ??= text;
    position += known.get(name) === 'option' && name === text ? 2 : 1;
  }
  const [first] = argv;
  if (position === 0 || first === undefined) return undefined;
  const leading = argv.slice(0, position).map((text) => spellings.get(text) ?? text);
  const command = argv.slice(position);
  const isComplete = command.length > 0 && unknown === undefined;
  return new UserError(
    unknown === undefined
      ? `${first} is in front of the command: flags follow the command.`
      : `Unknown flag ${unknown}.`,
    {
      hint: [
        ...(isComplete ? [`did you mean: orders ${[...command, ...leading].join(' ')}`] : []),
        'orders --help',
      ],
      code: 'UnknownCommand',
    },
  );
}
