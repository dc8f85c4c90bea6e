/** What programs read: one document for a command that answers once, lines for one that tells as it goes. */
import { UserError } from '../../user-error.ts';

export const version = 1;

export interface Meta {
  readonly env?: string;
  readonly region?: string;
  /** How far back a list looks, RFC 3339 UTC. */
  readonly since?: string;
  /** Where a list that is cut goes on. */
  readonly cursor?: string;
}

export interface Envelope {
  readonly data: unknown;
  readonly warnings: readonly string[];
  readonly meta: Meta;
}

/** The document of a command that worked. */
export function okDocument({ data, warnings, meta }: Envelope): string {
  const now = new Date().toISOString();
  return `${JSON.stringify({ v: version, ok: true, data, warnings, meta: { ...meta, ts: now } })}\n`;
}

/** The document of a command that did not. */
export function errorDocument(error: unknown, command?: string): string {
  const described = describeError(error, command);
  return `${JSON.stringify({ v: version, ok: false, error: described, warnings: [] })}\n`;
}

/** An error in the form that programs read and exits are taken from; `command` is the one whose usage it may be. */
export function describeError(
  error: unknown,
  command = '',
): {
  code: string;
  message: string;
  hint: readonly string[];
  exit: number;
} {
  if (error instanceof UserError) {
    const { code, hints: hint, exit } = error;
    return { code, message: unwrapped(error.message), hint, exit };
  }
  const message = error instanceof Error ? error.message : String(error);
  const oclifExit = exitOfOclif(error);
  if (oclifExit !== undefined) {
    // The parser adds its own advice in further lines; the first says what is wrong, or announces a list of it.
    const [first = message, second = ''] = message.split('\n');
    const what = /:$|^Parsing --\S+ *$/.test(first)
      ? `${first} ${second.trim().replace(/\s+/g, ' ')}`
      : first;
    return {
      code: 'Usage',
      message: what.replace(/^The following errors? occurred: /, ''),
      hint: [['orders', ...command.split(':'), '--help'].filter(Boolean).join(' ')],
      exit: oclifExit,
    };
  }
  return { code: error instanceof Error ? error.name : 'Error', message, hint: [], exit: 1 };
}

/** oclif wraps what a flag's own parser says in words of its own. */
function unwrapped(message: string): string {
  const [, flag = '', own] =
    /^Parsing (--\S+) \n\t(.*)\nSee more help with --help$/s.exec(message) ?? [];
  if (own === undefined) return message;
  return own.startsWith(flag) ? own : `${flag}: ${own}`;
}

/** The exit code that oclif's own errors carry. */
export function exitOfOclif(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('oclif' in error)) return undefined;
  const { exit } = error.oclif as { exit?: unknown };
  return typeof exit === 'number' ? exit : undefined;
}

/** One line of a stream. */
export function line(event: object): string {
  return `${JSON.stringify({ v: version, ...event })}\n`;
}
