/** Compares the checks, thresholds and shares of two load tests. Pure. */
import { minSamplesForPercentiles } from '../../../workflow/statistics.ts';
import type { ComparableReport } from './comparable-report.ts';
import type { Change, ComparedCheck, ComparedThreshold } from './comparison.ts';
import { clearErrors } from './percentile-estimate.ts';

interface Reports {
  readonly a: ComparableReport;
  readonly b: ComparableReport;
}

/** Returns the thresholds of both runs. Whether a threshold holds is a fact, so the number of orders does not matter. */
export function compareThresholds({ a, b }: Reports): ComparedThreshold[] {
  const expressions = [...a.thresholds, ...b.thresholds].map(({ expression }) => expression);
  return [...new Set(expressions)].map((expression) => {
    const [inA, inB] = [a, b].map(({ thresholds }) => {
      const found = thresholds.find((threshold) => threshold.expression === expression);
      if (!found) return undefined;
      const { passed, value } = found;
      return { passed, ...(value === undefined ? {} : { value }) };
    });
    return {
      expression,
      ...(inA ? { a: inA } : {}),
      ...(inB ? { b: inB } : {}),
      ...(inA && inB ? { change: comparePassed(inA.passed, inB.passed) } : {}),
    };
  });
}

/** Returns the checks that failed in at least one run. */
export function compareChecks({ a, b }: Reports): ComparedCheck[] {
  const ids = [...a.checks, ...b.checks]
    .filter(({ passed, notJudged }) => !passed && notJudged === undefined)
    .map(({ id }) => id);
  return [...new Set(ids)].map((id) => {
    const [inA, inB] = [a, b].map(({ checks }) => {
      const check = checks.find((candidate) => candidate.id === id);
      return check && check.notJudged === undefined ? check.faults.length : undefined;
    });
    return {
      id,
      ...(inA === undefined ? {} : { a: inA }),
      ...(inB === undefined ? {} : { b: inB }),
      ...(inA === undefined || inB === undefined
        ? {}
        : { change: compareFaults({ a, b }, inA, inB) }),
    };
  });
}

function compareFaults({ a, b }: Reports, inA: number, inB: number): Change {
  if (inA === 0 || inB === 0) return comparePassed(inA === 0, inB === 0);
  return compareShare(
    { count: inA, of: a.outcome.submitted },
    { count: inB, of: b.outcome.submitted },
  );
}

function comparePassed(a: boolean, b: boolean): Change {
  if (a === b) return 'no-clear-difference';
  return b ? 'better' : 'worse';
}

interface Share {
  readonly count: number;
  readonly of: number;
}

/**
 * Compares two shares of which a smaller one is better, by the interval of Agresti and Caffo, which is also valid for small counts: it
 * adds one order of each kind to each run.
 */
export function compareShare(a: Share, b: Share): Change {
  if (a.count === 0 && b.count === 0) return 'no-clear-difference';
  if (Math.min(a.of, b.of) < minSamplesForPercentiles) return 'too-few-orders';
  const estimate = ({ count, of }: Share) => {
    const share = Math.min(1, (count + 1) / (of + 2));
    return { share, variance: (share * (1 - share)) / (of + 2) };
  };
  const [before, after] = [estimate(a), estimate(b)];
  const difference = after.share - before.share;
  const clear = clearErrors * Math.sqrt(before.variance + after.variance);
  if (Math.abs(difference) < clear) return 'no-clear-difference';
  return difference > 0 ? 'worse' : 'better';
}
