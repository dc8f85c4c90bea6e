/** Combinations of flags that contradict each other, and thresholds that the test cannot measure. */
import type { FollowUntil } from '../../orders/load-test/follow-until.ts';
import type { Threshold } from '../../orders/load-test/thresholds.ts';
import { accountLimits } from '../../orders/requests/rate-limiter.ts';
import { UserError } from '../../user-error.ts';
import type { LoadFlags } from './load-flags.ts';

interface Conflict<Subject> {
  readonly applies: (subject: Subject) => boolean;
  readonly problem: string;
  readonly hint: string;
}

const { startsPerSecond } = accountLimits;
const omitOne = 'omit one of them';

const contradictions: readonly Conflict<LoadFlags>[] = [
  {
    applies: ({ count, duration }) => count !== undefined && duration !== undefined,
    problem: '--count and --duration cannot be combined.',
    hint: omitOne,
  },
  {
    applies: ({ rate, concurrency }) => rate !== undefined && concurrency !== undefined,
    problem: '--rate and --concurrency cannot be combined: --rate submits on a fixed schedule.',
    hint: omitOne,
  },
  {
    applies: ({ duration }) => duration === 0,
    problem: '--duration must be longer than 0s.',
    hint: '--duration 2m',
  },
  {
    applies: ({ ramp, rate }) => ramp !== undefined && rate === undefined,
    problem: '--ramp requires --rate.',
    hint: '--rate 10 --ramp 30s',
  },
  {
    applies: ({ ramp, duration }) =>
      ramp !== undefined && duration !== undefined && ramp > duration,
    problem: '--ramp is longer than --duration: the rate would never be reached.',
    hint: 'use a shorter --ramp',
  },
  {
    applies: (flags) => Boolean(flags['abort-on-threshold']) && !flags.threshold?.length,
    problem: '--abort-on-threshold requires --threshold.',
    hint: "--threshold 'p95(accepted)<1s'",
  },
  {
    applies: ({ mix, file }) => mix !== undefined && file !== undefined,
    problem: '--mix and --file cannot be combined.',
    hint: omitOne,
  },
];

/** Throws UserError if flags contradict each other or `--rate` exceeds the quota of an account. */
export function rejectContradictions(flags: LoadFlags): void {
  if (flags.rate !== undefined && flags.rate > startsPerSecond) {
    throw new UserError(
      `--rate ${flags.rate} exceeds the account quota of ${startsPerSecond} execution starts per second.`,
      {
        hint: [`--rate ${startsPerSecond}`, `orders load-test --dry-run --rate ${flags.rate}`],
        code: 'TooFast',
      },
    );
  }
  const conflict = contradictions.find(({ applies }) => applies(flags));
  if (conflict) {
    throw new UserError(conflict.problem, { hint: conflict.hint, code: 'Contradiction' });
  }
}

/** The settings of a test that decide which metrics it measures. */
interface MeasuredTest {
  readonly count: number | undefined;
  readonly until: FollowUntil;
  readonly isScheduled: boolean;
}

const countsKnownAtEnd: readonly string[] = ['lost', 'doubled', 'failed', 'running'];
const timesKnownAtAcceptance: readonly string[] = ['accepted', 'accept', 'drift'];
const timesKnownAtEnd: readonly string[] = ['e2e', 'active', 'wait', 'failed', 'completed'];

/** Throws UserError if the test does not measure the metric of a threshold. */
export function rejectUnmeasurable(threshold: Threshold, test: MeasuredTest): void {
  const { expression, minOrders, metric, kind } = threshold;
  const conflict =
    test.count !== undefined && test.count < minOrders
      ? {
          problem: `percentiles require ${minOrders} orders`,
          hint: `--count ${minOrders}, or max(${metric})`,
        }
      : kind === 'count'
        ? findCountConflict(metric, test)
        : findTimeConflict(metric, test);
  if (!conflict) return;
  throw new UserError(`--threshold "${expression}" cannot be measured: ${conflict.problem}.`, {
    hint: conflict.hint,
    code: 'BadThreshold',
  });
}

type Reason = Omit<Conflict<unknown>, 'applies'>;

function findCountConflict(metric: string, { until }: MeasuredTest): Reason | undefined {
  const isKnownLater =
    metric === 'completed' || (until === 'accepted' && countsKnownAtEnd.includes(metric));
  return until !== 'terminal' && isKnownLater ? watchedTooShort(until, 'omit --until') : undefined;
}

function findTimeConflict(
  metric: string,
  { until, isScheduled }: MeasuredTest,
): Reason | undefined {
  if (metric === 'drift' && !isScheduled) {
    return { problem: 'without --rate there is no schedule', hint: '--rate 10' };
  }
  if (metric === 'reached' && (until === 'accepted' || until === 'terminal')) {
    return { problem: '--until is not a status', hint: '--until shipped, or e2e' };
  }
  if (until === 'accepted' && !timesKnownAtAcceptance.includes(metric)) {
    return watchedTooShort(until, 'omit --until');
  }
  if (until !== 'terminal' && timesKnownAtEnd.includes(metric)) {
    return watchedTooShort(until, 'p95(reached), or omit --until');
  }
  return undefined;
}

const watchedTooShort = (until: FollowUntil, hint: string): Reason => ({
  problem: `orders are watched only until they are ${until}`,
  hint,
});
