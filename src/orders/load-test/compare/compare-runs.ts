/** Compares two load tests: A, the earlier or reference run, and B. Pure. */
import { type ComparableReport, isAnyLocal } from './comparable-report.ts';
import { compareChecks, compareShare, compareThresholds } from './compare-results.ts';
import { compareTimes } from './compare-times.ts';
import type { ComparedCount, Comparison, RunSummary } from './comparison.ts';
import { findSaturations, hidesBacklog } from './saturation.ts';
import { findSetupDifferences } from './setup-differences.ts';
import type { StoredRun } from './stored-runs.ts';
import { decideVerdict, isRateSustainedBy } from './verdict.ts';

/** Compares run B with run A. */
export function compareRuns(a: StoredRun, b: StoredRun): Comparison {
  const reports = { a: a.report, b: b.report };
  const differences = findSetupDifferences(a.report, b.report);
  const isComparable = differences.every(({ prevents }) => !prevents);
  const saturation = findSaturations(reports);
  const { verdict, rows } = decideVerdict(
    {
      checks: compareChecks(reports),
      thresholds: compareThresholds(reports),
      times: compareTimes(reports),
      outcomes: compareOutcomes(reports),
    },
    { ...reports, saturation, isComparable },
  );
  return {
    verdict,
    a: summarizeRun(a),
    b: summarizeRun(b),
    differences,
    saturation,
    advice: findAdvice(reports, { verdict, saturation, isComparable }),
    thresholds: rows.thresholds,
    checks: rows.checks,
    times: rows.times,
    outcomes: rows.outcomes,
    rates: compareRates(reports),
    notes: findNotes({ a, b }),
  };
}

function summarizeRun({ id, report }: StoredRun): RunSummary {
  const { startedAt, passed, outcome, setup } = report;
  return {
    id,
    startedAt,
    passed,
    orders: outcome.submitted,
    ...(setup ? { environment: setup.environment, timeScale: setup.timeScale } : {}),
    ...(setup?.command === undefined ? {} : { command: setup.command }),
  };
}

interface Reports {
  readonly a: ComparableReport;
  readonly b: ComparableReport;
}

function compareOutcomes({ a, b }: Reports): ComparedCount[] {
  const count = (name: ComparedCount['name'], read: (report: ComparableReport) => number) => ({
    name,
    a: read(a),
    b: read(b),
  });
  const refused = ({ outcome }: ComparableReport) =>
    Object.values(outcome.errors).reduce((sum, orders) => sum + orders, 0);
  const throttled = count('throttled', ({ outcome }) => outcome.throttledOrders);
  return [
    count('submitted', ({ outcome }) => outcome.submitted),
    count('completed', ({ outcome }) => outcome.completed),
    count('failed', ({ outcome }) => outcome.failed),
    count('running', ({ outcome }) => outcome.running),
    count('not accepted', refused),
    {
      ...throttled,
      change: compareShare(
        { count: throttled.a, of: a.outcome.submitted },
        { count: throttled.b, of: b.outcome.submitted },
      ),
    },
  ];
}

/** Returns the rates. They are not judged: a run has only one value of each, so its uncertainty is not known. */
function compareRates({ a, b }: Reports): Comparison['rates'] {
  const reads = {
    'submitted per second': ({ rate }: ComparableReport) => rate.sentPerSecond,
    'most submitted in one second': ({ rate }: ComparableReport) => rate.peakSent?.orders,
    'completed per second': ({ rate }: ComparableReport) => rate.completedPerSecond,
    'most running at once': ({ rate }: ComparableReport) => rate.peakRunning,
  };
  return Object.entries(reads).flatMap(([name, read]) => {
    const [inA, inB] = [read(a), read(b)];
    return inA === undefined || inB === undefined ? [] : [{ name, a: inA, b: inB }];
  });
}

/** Returns how to confirm the verdict, or how to get one from saturated runs. */
function findAdvice(
  { a, b }: Reports,
  options: Pick<Comparison, 'verdict' | 'saturation'> & { readonly isComparable: boolean },
): string[] {
  const { verdict, saturation, isComparable } = options;
  if (saturation.a || saturation.b) {
    const isOnlyOne = !(saturation.a && saturation.b);
    const [saturated, other] = saturation.b
      ? [
          { name: 'B', report: b },
          { name: 'A', report: a },
        ]
      : [
          { name: 'A', report: a },
          { name: 'B', report: b },
        ];
    return isOnlyOne && isComparable && isRateSustainedBy(other.report, saturated.report)
      ? [
          `${saturated.name} was saturated at a rate at which ${other.name} was not: this is a difference if both runs had the machine or the account for themselves`,
          'repeat the pair in the other order, or compare at a lower rate',
        ]
      : ['the machine or the account was saturated: compare at a lower rate'];
  }
  const isJudged = verdict !== 'not-comparable' && verdict !== 'too-few-orders';
  return isJudged && isAnyLocal([a, b])
    ? ['a single pair cannot exclude other load on the machine: repeat the pair']
    : [];
}

/** Returns what limits the verdict. */
function findNotes(runs: { readonly a: StoredRun; readonly b: StoredRun }): string[] {
  const reports = [runs.a.report, runs.b.report];
  return [
    ...(runs.a.id === runs.b.id ? ['A and B are the same run'] : []),
    ...(reports.every(({ setup }) => setup)
      ? []
      : ['a report of an earlier version of orders does not contain its environment and versions']),
    ...reports.flatMap(({ warnings }, index) =>
      warnings.map((warning) => `${index === 0 ? 'A' : 'B'}: ${warning}`),
    ),
    ...reports.flatMap((report, index) =>
      hidesBacklog(report)
        ? [
            `the report of ${index === 0 ? 'A' : 'B'} does not contain the first status of the orders: a backlog cannot be detected`,
          ]
        : [],
    ),
    ...(isAnyLocal(reports)
      ? []
      : [
          'other load on the machine or the account also changes a result: repeat both runs before you rely on a difference',
        ]),
  ];
}
