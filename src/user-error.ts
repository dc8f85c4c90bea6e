import type { ExitCode } from './exit-codes.ts';

/** Something a person can put right: it says what is wrong, and its hints say what fixes it. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly hints: readonly string[];
  readonly exit: ExitCode;
  /** Stable, for programs. */
  readonly code: string;

  constructor(
    message: string,
    options: { hint?: string | readonly string[]; exit?: ExitCode; code?: string; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    const { hint = [] } = options;
    this.hints = typeof hint === 'string' ? [hint] : hint;
    this.exit = options.exit ?? 2;
    this.code = options.code ?? 'Usage';
  }
}
