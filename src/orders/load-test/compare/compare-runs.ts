/** Compares two load tests: A, the earlier or reference run, and B. Pure. */
import type { ComparableReport } from './comparable-report.ts';
import { compareChecks, compareShare, compareThresholds } from './compare-results.ts';
import { compareTimes } from './compare-times.ts';
import type { Change, ComparedCount, Comparison, RunSummary } from './comparison.ts';
import { findSetupDifferences } from './setup-differences.ts';
import type { StoredRun } from './stored-runs.ts';

/** Compares run B with run A. */
export function compareRuns(a: StoredRun, b: StoredRun): Comparison {
  const reports = { a: a.report, b: b.report };
  const differences = findSetupDifferences(a.report, b.report);
  const isComparable = differences.every(({ prevents }) => !prevents);
  const judge = <Row extends Judged>(rows: readonly Row[]) =>
    isComparable ? rows : rows.map(withoutChange);
  const checks = judge(compareChecks(reports));
  const thresholds = judge(compareThresholds(reports));
  const times = judge(compareTimes(reports));
  const outcomes = judge(compareOutcomes(reports));
  const verdict = isComparable
    ? decide({ checks, others: [...thresholds, ...times, ...outcomes], times })
    : 'not-comparable';
  return {
    verdict,
    a: summarizeRun(a),
    b: summarizeRun(b),
    differences,
    thresholds,
    checks,
    times,
    outcomes,
    rates: compareRates(reports),
    notes: findNotes({ a, b }),
  };
}

interface Judged {
  readonly change?: Change;
}

function withoutChange<Row extends Judged>(row: Row): Row {
  const copy: Row & { change?: Change } = { ...row };
  delete copy.change;
  return copy;
}

/** Returns the verdict on comparable runs. Faster orders do not outweigh a check that fails. */
function decide(rows: {
  readonly checks: readonly Judged[];
  readonly others: readonly Judged[];
  readonly times: readonly Judged[];
}): Comparison['verdict'] {
  const { checks, others, times } = rows;
  const has = (change: Change, all: readonly Judged[]) => all.some((row) => row.change === change);
  const all = [...checks, ...others];
  if (has('worse', checks) && !has('better', checks)) return 'worse';
  if (has('worse', all)) return has('better', all) ? 'mixed' : 'worse';
  if (has('better', all)) return 'better';
  return has('no-clear-difference', times) ? 'no-clear-difference' : 'too-few-orders';
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

/** Returns what limits the verdict. */
function findNotes(runs: { readonly a: StoredRun; readonly b: StoredRun }): string[] {
  const reports = [runs.a.report, runs.b.report];
  const isLocal = reports.some(({ setup }) => setup?.environment === 'local');
  return [
    ...(runs.a.id === runs.b.id ? ['A and B are the same run'] : []),
    ...(reports.every(({ setup }) => setup)
      ? []
      : ['a report of an earlier version of orders does not contain its environment and versions']),
    ...reports.flatMap(({ warnings }, index) =>
      warnings.map((warning) => `${index === 0 ? 'A' : 'B'}: ${warning}`),
    ),
    isLocal
      ? 'local runs share the machine with other programs: repeat both runs before you rely on a difference'
      : 'other load on the machine or the account also changes a result: repeat both runs before you rely on a difference',
  ];
}
