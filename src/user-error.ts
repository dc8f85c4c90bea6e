import type { ExitCode } from './exit-codes.ts';

/** The part of a file or of the input that an error is about. */
export interface ErrorPlace {
  readonly field: string;
  /** Line of the template, starting with 1. */
  readonly line?: number | undefined;
}

/** An error that the user can fix. The message states the problem, the hints state the fix. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly hints: readonly string[];
  readonly exit: ExitCode;
  /** Machine-readable name of the problem. Part of the `--json` output, so it does not change. */
  readonly code: string;
  readonly place: ErrorPlace | undefined;

  constructor(
    message: string,
    options: {
      hint?: string | readonly string[];
      exit?: ExitCode;
      code?: string;
      cause?: unknown;
      place?: ErrorPlace | undefined;
    },
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    const { hint = [] } = options;
    this.hints = typeof hint === 'string' ? [hint] : hint;
    this.exit = options.exit ?? 2;
    this.code = options.code ?? 'Usage';
    this.place = options.place;
  }
}
