import type { ExitCode } from './exit-codes.ts';

/** An error that the user can fix. The message states the problem, the hints state the fix. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly hints: readonly string[];
  readonly exit: ExitCode;
  /** Machine-readable name of the problem. Part of the `--json` output, so it does not change. */
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
