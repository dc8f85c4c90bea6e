/** Judges the orders of a new version against the orders of the live version during the same time. Pure. */
import { fisherTest, rankSumTest } from '../../workflow/significance.ts';
import { summarize } from '../../workflow/statistics.ts';
import type { CanaryTerms } from './terms.ts';

/** The orders of one version that started during the canary. */
export interface Group {
  /** Completed or rejected orders: a rejection for a business reason does not count as a failure. */
  readonly succeeded: number;
  /** Orders that failed for a technical reason or timed out. */
  readonly failed: number;
  /** Orders that were cancelled or stopped by a person. They are not judged. */
  readonly stopped: number;
  readonly running: number;
}

/** Data that is read only for a decision, from the items of the orders. */
export interface GroupDetails {
  /** Completed orders, and the number of them with a warning. */
  readonly completed: number;
  readonly warned: number;
  /** Time in each status (ms), finished or so far. */
  readonly times: ReadonlyMap<string, readonly number[]>;
}

export interface Groups<T> {
  readonly live: T;
  readonly canary: T;
}

export interface Verdict {
  readonly verdict: 'better-or-equal' | 'worse' | 'undecided';
  readonly reasons: readonly string[];
}

/** Level of the comparisons before the end of the bake time. There are at most 20 of them, so together they stop a good version in 2 %. */
export const earlyLevel = 0.001;
/** Level of a decision. */
const decisionLevel = 0.02;
/** A failed order whose chance is above the level of a decision, but below this, keeps the canary open. */
const suspicionLevel = 0.2;
/** Number of times in a status that the comparison of durations needs from each version. */
const minTimes = 20;
/** A longer time counts if it exceeds the live version's median by this factor and by this difference (ms). */
const [slowerFactor, slowerMs] = [1.5, 1000];

const ended = ({ succeeded, failed }: Group) => succeeded + failed;
/** Failures are compared with the orders that started: both versions got theirs at random during the same time. */
const judged = (group: Group) => ended(group) + group.running;

/** Returns the reason if the new version fails more often, with a chance of at most `level`; undefined otherwise. */
export function findFailures(
  { live, canary }: Groups<Group>,
  level = decisionLevel,
): string | undefined {
  const chance = failureChance({ live, canary });
  if (canary.failed === 0 || chance > level) return undefined;
  return `${formatFailures({ live, canary })} (chance ${formatChance(chance)})`;
}

function failureChance({ live, canary }: Groups<Group>): number {
  return fisherTest(
    { count: canary.failed, of: judged(canary) },
    { count: live.failed, of: judged(live) },
  );
}

function formatFailures({ live, canary }: Groups<Group>): string {
  return `${canary.failed} of ${judged(canary)} orders failed for technical reasons, ${live.failed} of ${judged(live)} on the live version`;
}

/** Decides about a new version at the end of its bake time. */
export function decide(
  groups: Groups<Group>,
  details: Groups<GroupDetails>,
  terms: CanaryTerms,
): Verdict {
  const failures = findFailures(groups);
  const worse = [
    ...(failures === undefined ? [] : [failures]),
    ...findWarnings(details),
    ...(terms.judgesDurations ? findSlower(details) : []),
  ];
  if (worse.length > 0) return { verdict: 'worse', reasons: worse };
  const missing = findMissing(groups, terms.minOrders);
  if (missing.length > 0) return { verdict: 'undecided', reasons: missing };
  const { canary } = groups;
  const chance = failureChance(groups);
  if (canary.failed > 0 && chance <= suspicionLevel) {
    const text = `${formatFailures(groups)}: this can be chance (${formatChance(chance)})`;
    return { verdict: 'undecided', reasons: [text] };
  }
  return { verdict: 'better-or-equal', reasons: [formatFailures(groups)] };
}

/** Returns which version had too few orders. */
function findMissing({ live, canary }: Groups<Group>, minOrders: number): string[] {
  const few = (group: Group, name: string) =>
    ended(group) < minOrders
      ? [
          `not enough orders to decide: ${ended(group)} of ${minOrders} ended on the ${name} version`,
        ]
      : [];
  return [...few(canary, 'new'), ...few(live, 'live')];
}

function findWarnings({ live, canary }: Groups<GroupDetails>): string[] {
  const chance = fisherTest(
    { count: canary.warned, of: canary.completed },
    { count: live.warned, of: live.completed },
  );
  if (canary.warned === 0 || chance > decisionLevel) return [];
  const counts = `${canary.warned} of ${canary.completed} completed orders have warnings, ${live.warned} of ${live.completed} on the live version`;
  return [`${counts} (chance ${formatChance(chance)})`];
}

/** Returns the statuses in which orders of the new version stay longer. The level is divided among the statuses that are compared. */
function findSlower({ live, canary }: Groups<GroupDetails>): string[] {
  const compared = [...canary.times].flatMap(([status, times]) => {
    const others = live.times.get(status) ?? [];
    return times.length >= minTimes && others.length >= minTimes ? [{ status, times, others }] : [];
  });
  return compared.flatMap(({ status, times, others }) => {
    const [own, other] = [summarize(times)?.median ?? 0, summarize(others)?.median ?? 0];
    if (own < other * slowerFactor || own - other < slowerMs) return [];
    const chance = rankSumTest(times, others);
    if (chance > decisionLevel / compared.length) return [];
    return [
      `orders stay ${formatSeconds(own)} in ${status}, ${formatSeconds(other)} on the live version (medians, chance ${formatChance(chance)})`,
    ];
  });
}

const formatSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function formatChance(chance: number): string {
  return chance < 0.0001 ? 'below 0.01%' : `${Number((chance * 100).toPrecision(2))}%`;
}
