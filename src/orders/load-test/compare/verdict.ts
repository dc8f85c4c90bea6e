/** Decides how run B differs from run A, and which rows of the comparison are judged. Pure. */
import type { ComparableReport } from './comparable-report.ts';
import type {
  Change,
  ComparedCheck,
  ComparedCount,
  ComparedThreshold,
  ComparedTime,
  Verdict,
} from './comparison.ts';
import type { Saturations } from './saturation.ts';

interface Judged {
  readonly change?: Change;
}

export interface ComparedRows {
  readonly checks: readonly ComparedCheck[];
  readonly thresholds: readonly ComparedThreshold[];
  readonly times: readonly ComparedTime[];
  readonly outcomes: readonly ComparedCount[];
}

export interface VerdictOptions {
  readonly a: ComparableReport;
  readonly b: ComparableReport;
  readonly saturation: Saturations;
  /** Whether the set-ups of the runs allow a comparison. */
  readonly isComparable: boolean;
}

/** Returns the verdict, and the rows without the changes that it does not judge. */
export function decideVerdict(
  rows: ComparedRows,
  { isComparable, ...runs }: VerdictOptions,
): { readonly verdict: Verdict; readonly rows: ComparedRows } {
  if (!isComparable) return { verdict: 'not-comparable', rows: keepChanges(rows, () => false) };
  const verdict = decide(rows);
  const { a, b } = runs.saturation;
  if (!a && !b) return { verdict, rows };
  if (verdict === 'worse' && isRegressionOnAws(runs)) return { verdict, rows };
  const kept = keepChanges(rows, isIndependentOfLoad);
  const isWorse = kept.checks.some(({ change }) => change === 'worse');
  return { verdict: isWorse ? 'worse' : 'not-comparable', rows: kept };
}

/** Checks that fail because of the load alone: orders are refused or have not ended yet. */
const loadChecks: ReadonlySet<string> = new Set(['accepted', 'ended']);
const isIndependentOfLoad = ({ id }: ComparedCheck) => !loadChecks.has(id);

/**
 * Whether only B had a backlog, on AWS, at a rate that A sustained. The functions of a stack do not share a machine with other
 * programs, so such a backlog is not left unjudged.
 */
function isRegressionOnAws({
  a,
  b,
  saturation,
}: Pick<VerdictOptions, 'a' | 'b' | 'saturation'>): boolean {
  const areOnAws = [a, b].every(({ setup }) => setup && setup.environment !== 'local');
  const isOnlyB = !saturation.a && saturation.b?.backlog && !saturation.b.submitted;
  return areOnAws && isOnlyB === true && isRateSustainedBy(a, b);
}

/** Whether `sustained` had at least the scheduled rate of `saturated`. */
export const isRateSustainedBy = (sustained: ComparableReport, saturated: ComparableReport) =>
  (sustained.ratePerSecond ?? 0) >= (saturated.ratePerSecond ?? 0);

/** Removes the changes of all rows but the checks that `keeps` returns true for. */
function keepChanges(
  { checks, thresholds, times, outcomes }: ComparedRows,
  keeps: (check: ComparedCheck) => boolean,
): ComparedRows {
  return {
    checks: checks.map((check) => (keeps(check) ? check : withoutChange(check))),
    thresholds: thresholds.map(withoutChange),
    times: times.map(withoutChange),
    outcomes: outcomes.map(withoutChange),
  };
}

function withoutChange<Row extends Judged>(row: Row): Row {
  const copy: Row & { change?: Change } = { ...row };
  delete copy.change;
  return copy;
}

/** Returns the verdict on comparable runs. Faster orders do not outweigh a check that fails. */
function decide({ checks, thresholds, times, outcomes }: ComparedRows): Verdict {
  const has = (change: Change, all: readonly Judged[]) => all.some((row) => row.change === change);
  const all = [...checks, ...thresholds, ...times, ...outcomes];
  if (has('worse', checks) && !has('better', checks)) return 'worse';
  if (has('worse', all)) return has('better', all) ? 'mixed' : 'worse';
  if (has('better', all)) return 'better';
  return has('no-clear-difference', times) ? 'no-clear-difference' : 'too-few-orders';
}
