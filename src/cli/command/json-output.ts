/** JSON output: one document for a command that prints its result once, one record per line for a command that streams. */
import { UserError } from '../../user-error.ts';
import { describeSystemError } from './system-error.ts';

export const jsonFormatVersion = 1;

export interface Meta {
  readonly env?: string;
  readonly region?: string;
  /** Start of the listed period (RFC 3339, UTC). */
  readonly since?: string;
  /** Position after the last listed order. Absent if the list is complete. */
  readonly cursor?: string;
}

export interface Envelope {
  readonly data: unknown;
  readonly warnings: readonly string[];
  readonly meta: Meta;
}

/** Returns the document of a successful command. */
export function okDocument(envelope: Envelope): string {
  return `${toJson(buildDocument(envelope))}\n`;
}

/** Returns the document of a successful command as an object. */
export function buildDocument({ data, warnings, meta }: Envelope) {
  const now = new Date().toISOString();
  return { v: jsonFormatVersion, ok: true, data, warnings, meta: { ...meta, ts: now } };
}

/** Returns the document of a failed command. */
export function errorDocument(error: unknown, command?: string): string {
  const described = describeError(error, command);
  return `${toJson({ v: jsonFormatVersion, ok: false, error: described, warnings: [] })}\n`;
}

/** Converts an error to the form of the JSON output, with its exit code. A usage error hints at the help of `command`. */
export function describeError(
  error: unknown,
  command = '',
): {
  code: string;
  message: string;
  hint: readonly string[];
  exit: number;
  field?: string | undefined;
  line?: number | undefined;
} {
  if (error instanceof UserError) {
    const { code, hints: hint, exit, place } = error;
    return { code, message: unwrapFlagError(error.message), hint, exit, ...place };
  }
  const message = error instanceof Error ? error.message : String(error);
  const oclifExit = oclifExitCode(error);
  if (oclifExit !== undefined) {
    // The first line states the problem or introduces a list of problems. The parser's advice follows in later lines.
    const [first = message, second = ''] = message.split('\n');
    const problem = /:$|^Parsing --\S+ *$/.test(first)
      ? `${first} ${second.trim().replace(/\s+/g, ' ')}`
      : first;
    return {
      code: 'Usage',
      message: problem.replace(/^The following errors? occurred: /, ''),
      hint: [['orders', ...command.split(':'), '--help'].filter(Boolean).join(' ')],
      exit: oclifExit,
    };
  }
  return (
    describeSystemError(error) ?? {
      code: error instanceof Error ? error.name : 'Error',
      message,
      hint: [],
      exit: 1,
    }
  );
}

/** Returns the message of a flag's own parser. oclif wraps it in text of its own. */
function unwrapFlagError(message: string): string {
  const [, flag = '', own] =
    /^Parsing (--\S+) \n\t(.*)\nSee more help with --help$/s.exec(message) ?? [];
  if (own === undefined) return message;
  return own.startsWith(flag) ? own : `${flag}: ${own}`;
}

/** Returns the exit code of an error thrown by oclif, or undefined for any other error. */
export function oclifExitCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('oclif' in error)) return undefined;
  const { exit } = error.oclif as { exit?: unknown };
  return typeof exit === 'number' ? exit : undefined;
}

/**
 * Returns a value as JSON on one line. Control characters and bidirectional marks are escaped, so that the text can be printed and
 * the data stays the same.
 */
function toJson(value: unknown): string {
  return escapeControls(JSON.stringify(value));
}

/** Returns a JSON text with its control characters and bidirectional marks escaped. */
export function escapeControls(json: string): string {
  return json.replace(
    /(?!\n)\p{Cc}|\p{Bidi_Control}|[\u2028\u2029\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu,
    (characters) =>
      Array.from({ length: characters.length }, (_, index) => {
        const code = characters.charCodeAt(index).toString(16).padStart(4, '0');
        return `\\u${code}`;
      }).join(''),
  );
}

/** Returns a record as one line of JSON. */
export function formatRecord(event: object): string {
  return `${toJson({ v: jsonFormatVersion, ...event })}\n`;
}
