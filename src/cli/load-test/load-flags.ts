import type { FollowUntil } from '../../orders/load-test/follow-until.ts';
import type { LoadOptions } from '../../orders/load-test/load-options.ts';

/** Parsed flags of `orders load-test`. */
export interface LoadFlags {
  readonly count?: number | undefined;
  readonly concurrency?: number | undefined;
  /** Orders per second. */
  readonly rate?: number | undefined;
  /** Milliseconds. */
  readonly duration?: number | undefined;
  /** Milliseconds. */
  readonly ramp?: number | undefined;
  readonly mix?: string | undefined;
  readonly file?: string | undefined;
  readonly seed?: number | undefined;
  readonly via: LoadOptions['via'];
  readonly until: FollowUntil;
  readonly warmup: number;
  readonly threshold?: readonly string[] | undefined;
  readonly 'abort-on-threshold'?: boolean | undefined;
}

/** Whether the flags of a dry run describe a constant rate, and no test of a certain length. */
export function isConstantRate(flags: LoadFlags): boolean {
  const { rate, count, duration, file } = flags;
  return rate !== undefined && count === undefined && duration === undefined && file === undefined;
}
