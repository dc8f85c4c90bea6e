import { availableParallelism } from 'node:os';

/** What the room for a further environment depends on. */
export interface Occupant {
  /** Identifies the code and the settings that it can run. */
  readonly key: string;
  /** Undefined while it is idle. */
  readonly work?: unknown;
  /** Time at which it became idle (epoch ms). */
  readonly idleSince?: number | undefined;
}

/** Number of environments that keep the cores busy while handlers wait for responses. */
export const maxEnvironments = 2 * availableParallelism() + 2;
/** An environment that was idle for a shorter time is probably needed again at once (ms). */
export const minIdleMs = 1_000;

/** Whether an environment may be launched, and the idle environment that it replaces. */
export type Room<T> = { readonly mayLaunch: false } | { readonly mayLaunch: true; replaced?: T };

/**
 * Decides whether a further environment may be launched. A function without one gets one even beyond the maximum, up to twice as many,
 * because two functions that replace each other's environments would pay for a cold start each time.
 */
export function findRoom<T extends Occupant>(environments: Iterable<T>, key: string): Room<T> {
  const all = [...environments];
  if (all.length < maxEnvironments) return { mayLaunch: true };
  const hasOwn = all.some((environment) => environment.key === key);
  const idle = all.filter(({ work }) => work === undefined);
  if (!hasOwn) {
    const [replaced] = [
      ...idle.filter((one) => hasSibling(all, one)),
      ...(all.length < 2 * maxEnvironments ? [] : idle),
    ];
    if (replaced) return { mayLaunch: true, replaced };
    return { mayLaunch: all.length < 2 * maxEnvironments };
  }
  const now = Date.now();
  const replaced = idle.find(({ idleSince = now }) => now - idleSince >= minIdleMs);
  return replaced ? { mayLaunch: true, replaced } : { mayLaunch: false };
}

function hasSibling(all: readonly Occupant[], { key }: Occupant): boolean {
  return all.filter((environment) => environment.key === key).length > 1;
}
