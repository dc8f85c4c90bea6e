/** Types and helpers of the doctor's checks. */
import type { Facts } from './facts.ts';

export const groups = ['machine', 'runtime', 'account', 'stack', 'orders'] as const;
export type Group = (typeof groups)[number];

export interface Finding {
  readonly group: Group;
  readonly about: string;
  readonly state: 'ok' | 'warning' | 'error';
  readonly message: string;
  /** The command that fixes the problem, or an instruction. */
  readonly fix?: string;
}

export type CheckResult = Pick<Finding, 'state' | 'message' | 'fix'>;

export interface Check {
  /** Prerequisite: without it, the check is skipped. */
  readonly needs: 'nothing' | 'runtime' | 'account' | 'stack';
  /** Returns the result; undefined if the check does not apply. A thrown error becomes a result of state `error`. */
  readonly run: (facts: Facts) => Promise<CheckResult | undefined> | CheckResult | undefined;
}

export const ok = (message: string): CheckResult => ({ state: 'ok', message });
export const warning = (message: string, fix: string): CheckResult => ({
  state: 'warning',
  message,
  fix,
});
export const failing = (message: string, fix: string): CheckResult => ({
  state: 'error',
  message,
  fix,
});

/** Returns a number with its noun: `3 orders`, `1 order`. */
export const formatCount = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`;

/** Returns the first names and the number of the others: `a, b, c, 4 more`. */
export function listFirst(names: readonly string[], maxNames = 3): string {
  const more = names.length - maxNames;
  return [...names.slice(0, maxNames), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
