/** Counts the verdicts of replays and groups the differences. */
import type { Finding, Verdict } from './verdict.ts';
import type { Replayed } from './workers.ts';

export interface ReplayGroup {
  readonly verdict: 'diverges' | 'broken';
  /** The first difference, or the reason of a broken replay. */
  readonly difference: string;
  readonly count: number;
  /** One of the executions. */
  readonly example: string;
  readonly source?: string | undefined;
}

export interface ReplaySummary {
  readonly counts: Readonly<Record<Verdict['verdict'], number>>;
  /** The most frequent difference first. */
  readonly groups: readonly ReplayGroup[];
}

/** Returns one sentence about a difference, for example `package-order: name is "pack" instead of "package-order"`. */
export function describeFinding({ kind, operation, property, expected, actual }: Finding): string {
  const name = operation?.name ?? operation?.type ?? 'the execution';
  switch (kind) {
    case 'added':
      return `${name}: the recorded order has no such operation here`;
    case 'missing':
      return `${name}: the code does not reach this operation`;
    case 'changed':
    case 'outcome':
      return `${name}: ${property} is ${formatValue(actual)} instead of ${formatValue(expected)}`;
  }
}

const maxValueLength = 60;

function formatValue(value: unknown): string {
  const text = value === undefined ? 'absent' : JSON.stringify(value);
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength - 1)}…` : text;
}

/** Returns the summary of replays. */
export function summarize(replays: readonly Replayed[]): ReplaySummary {
  const counts = { identical: 0, continues: 0, diverges: 0, broken: 0 };
  const groups = new Map<string, ReplayGroup>();
  for (const { recording, verdict } of replays) {
    counts[verdict.verdict] += 1;
    const group = toGroup(verdict);
    if (!group) continue;
    const key = `${group.verdict} ${group.difference}`;
    const known = groups.get(key) ?? { ...group, count: 0, example: recording.name };
    groups.set(key, { ...known, count: known.count + 1 });
  }
  return { counts, groups: [...groups.values()].toSorted((a, b) => b.count - a.count) };
}

function toGroup(
  verdict: Verdict,
): Pick<ReplayGroup, 'verdict' | 'difference' | 'source'> | undefined {
  if (verdict.verdict === 'broken') return { verdict: 'broken', difference: verdict.reason };
  if (verdict.verdict !== 'diverges') return undefined;
  const { finding } = verdict;
  return { verdict: 'diverges', difference: describeFinding(finding), source: finding.source };
}
