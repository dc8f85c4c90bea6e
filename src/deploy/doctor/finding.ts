/** What a look found. */
import type { Facts } from './facts.ts';

export const groups = ['machine', 'runtime', 'account', 'stack', 'orders'] as const;
export type Group = (typeof groups)[number];

export interface Finding {
  readonly group: Group;
  readonly about: string;
  readonly state: 'ok' | 'warning' | 'error';
  readonly message: string;
  /** The command, or what to do. */
  readonly fix?: string;
}

export type Said = Pick<Finding, 'state' | 'message' | 'fix'>;

export interface Check {
  /** What must be in order before there is anything to look at. */
  readonly needs: 'nothing' | 'runtime' | 'account' | 'stack';
  /** A look at one thing; nothing where there is nothing to say. What it throws is an error with the hints of that. */
  readonly look: (facts: Facts) => Promise<Said | undefined> | Said | undefined;
}

export const ok = (message: string): Said => ({ state: 'ok', message });
export const warning = (message: string, fix: string): Said => ({ state: 'warning', message, fix });
export const failing = (message: string, fix: string): Said => ({ state: 'error', message, fix });

/** `3 orders`, `1 order`. */
export const count = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? '' : 's'}`;

/** Names of several things, the first few of many. */
export function some(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return [...names.slice(0, most), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
