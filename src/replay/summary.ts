/** Counts the verdicts of replays and groups the differences. */
import { describeFinding } from './describe-finding.ts';
import type { Verdict } from './verdict.ts';
import type { Replayed } from './workers.ts';

export interface ReplayGroup {
  readonly verdict: 'diverges' | 'broken' | 'skipped';
  /** The first difference, or the reason why there was no complete replay. */
  readonly difference: string;
  readonly count: number;
  /** One of the executions. */
  readonly example: string;
  readonly source?: string | undefined;
  /** Place that calls the source, if it is in another function. */
  readonly caller?: string | undefined;
}

export interface ReplaySummary {
  readonly counts: Readonly<Record<Verdict['verdict'], number>>;
  /** The most frequent difference first. */
  readonly groups: readonly ReplayGroup[];
}

/** Returns the summary of replays. */
export function summarize(replays: readonly Replayed[]): ReplaySummary {
  const counts = { identical: 0, continues: 0, diverges: 0, broken: 0, skipped: 0 };
  const groups = new Map<string, ReplayGroup>();
  for (const { execution, verdict } of replays) {
    counts[verdict.verdict] += 1;
    const group = toGroup(verdict);
    if (!group) continue;
    const key = `${group.verdict} ${group.difference}`;
    const known = groups.get(key) ?? { ...group, count: 0, example: execution.name };
    groups.set(key, { ...known, count: known.count + 1 });
  }
  return { counts, groups: [...groups.values()].toSorted((a, b) => b.count - a.count) };
}

function toGroup(verdict: Verdict): Omit<ReplayGroup, 'count' | 'example'> | undefined {
  if ('reason' in verdict) return { verdict: verdict.verdict, difference: verdict.reason };
  if (verdict.verdict !== 'diverges') return undefined;
  const { finding } = verdict;
  const { source, caller } = finding;
  return { verdict: 'diverges', difference: describeFinding(finding), source, caller };
}
