/** What the flags of `orders load-test` ask for together; whatever cannot be is refused before anything is submitted. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Goal } from '../../orders/load-test/follow-until.ts';
import { defaultMix, parseMix } from '../../orders/load-test/mix.ts';
import { parseOrderFile } from '../../orders/load-test/order-file.ts';
import type { FileOrder } from '../../orders/load-test/plan.ts';
import type { LoadOptions } from '../../orders/load-test/run.ts';
import { dueWithin } from '../../orders/load-test/schedule.ts';
import { parseThreshold, type Threshold } from '../../orders/load-test/thresholds.ts';
import { accountLimits } from '../../orders/requests/rate-limiter.ts';
import { UserError } from '../../user-error.ts';

export interface LoadFlags {
  readonly count?: number | undefined;
  readonly concurrency?: number | undefined;
  /** Orders a second. */
  readonly rate?: number | undefined;
  /** Milliseconds. */
  readonly duration?: number | undefined;
  readonly ramp?: number | undefined;
  readonly mix?: string | undefined;
  readonly file?: string | undefined;
  readonly seed?: number | undefined;
  readonly via: LoadOptions['via'];
  readonly until: Goal;
  readonly warmup: number;
  readonly threshold?: readonly string[] | undefined;
  readonly 'abort-on-threshold'?: boolean | undefined;
}

const defaultCount = 5;
const mostAtOnce = 50;
/** A test remembers each of its orders. */
const mostOrders = 50_000;
const { startsPerSecond } = accountLimits;

/** Reads the flags. Throws a UserError that names the flag and what to write instead. */
export function loadOptions(flags: LoadFlags): Omit<LoadOptions, 'signal'> {
  refuseContradictions(flags);
  const file = flags.file === undefined ? undefined : readFile(flags.file);
  const { rate, duration: durationMs, ramp: rampMs, via, until, warmup } = flags;
  const count = countOf(flags, file);
  const thresholds = (flags.threshold ?? []).map(parseThreshold);
  for (const each of thresholds)
    refuseUnmeasured(each, { count, until, isScheduled: rate !== undefined });
  return {
    count,
    concurrency: Math.min(flags.concurrency ?? mostAtOnce, count ?? mostAtOnce),
    rate,
    rampMs,
    durationMs: count === undefined ? durationMs : undefined,
    mix: parseMix(flags.mix ?? defaultMix),
    file,
    seed: flags.seed ?? randomInt(100_000),
    via,
    until,
    warmup,
    thresholds,
    abortOnThreshold: flags['abort-on-threshold'],
  };
}

/** Reads `10`, `10/s` or `30/m` as orders a second. */
export function parseRate(text: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)(?:\/(s|m))?$/.exec(text) ?? [];
  const rate = Number(number) / (unit === 'm' ? 60 : 1);
  if (rate > 0) return rate;
  throw new UserError(`--rate "${text}" is not a rate.`, {
    hint: '--rate 10, --rate 10/s or --rate 30/m',
  });
}

function refuseContradictions(flags: LoadFlags): void {
  const { count, concurrency, rate, duration, ramp, mix, file } = flags;
  const refuse = (what: string, hint: string): never => {
    throw new UserError(what, { hint, code: 'Contradiction' });
  };
  if (rate !== undefined && rate > startsPerSecond) {
    throw new UserError(
      `--rate ${rate} is more than an account may start: ${startsPerSecond} executions a second.`,
      { hint: `--rate ${startsPerSecond}`, code: 'TooFast' },
    );
  }
  if (count !== undefined && duration !== undefined) {
    refuse('--count and --duration both say how many orders.', 'leave one of them out');
  }
  if (rate !== undefined && concurrency !== undefined) {
    refuse(
      '--rate sends on schedule, however many are on their way: --concurrency has no say.',
      'leave one of them out',
    );
  }
  if (duration === 0) refuse('--duration 0s is no time to send an order in.', '--duration 2m');
  if (ramp !== undefined && rate === undefined) {
    refuse('--ramp is how long --rate takes to rise: there is no rate.', `--rate 10 --ramp 30s`);
  }
  if (ramp !== undefined && duration !== undefined && ramp > duration) {
    refuse('--ramp is longer than --duration: the rate would not be reached.', 'a shorter --ramp');
  }
  if (flags['abort-on-threshold'] && !flags.threshold?.length) {
    refuse('--abort-on-threshold needs a threshold.', "--threshold 'p95(accepted)<1s'");
  }
  if (mix !== undefined && file !== undefined) {
    refuse('--mix and --file both say which orders.', 'leave one of them out');
  }
}

/** How many orders; `undefined`: as many as are sent in the time. */
function countOf(
  { count, rate, duration, ramp = 0 }: LoadFlags,
  file: readonly FileOrder[] | undefined,
): number | undefined {
  if (count !== undefined) return count;
  if (duration === undefined) return file?.length ?? defaultCount;
  if (rate === undefined) return undefined;
  const due = dueWithin(duration, { rate, rampMs: ramp });
  if (due <= mostOrders) return due;
  throw new UserError(
    `--rate and --duration make ${due} orders; a test has at most ${mostOrders}.`,
    {
      hint: `a shorter --duration or a lower --rate`,
    },
  );
}

function readFile(path: string): FileOrder[] {
  const name = path === '-' ? 'stdin' : path;
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    throw new UserError(`--file ${name} cannot be read.`, {
      hint: 'a JSON list of orders, or one a line: orders submit --sample low --dry-run',
      cause,
    });
  }
  return parseOrderFile(text, basename(name));
}

const countedLate: ReadonlySet<string> = new Set(['lost', 'doubled', 'failed', 'running']);
const beforeItsEnd: ReadonlySet<string> = new Set(['accepted', 'accept', 'drift']);

/** A threshold that can never be met, because nothing will measure it, is a mistake. */
function refuseUnmeasured(
  { expression, of, least, kind }: Threshold,
  { count, until, isScheduled }: { count: number | undefined; until: Goal; isScheduled: boolean },
): void {
  const refuse = (why: string, hint: string): never => {
    throw new UserError(`--threshold "${expression}" cannot be measured: ${why}.`, {
      hint,
      code: 'BadThreshold',
    });
  };
  if (count !== undefined && count < least) {
    refuse(`percentiles take ${least} orders`, `--count ${least}, or max(${of})`);
  }
  const isCountedLate = of === 'completed' || (until === 'accepted' && countedLate.has(of));
  if (kind === 'count' && until !== 'terminal' && isCountedLate) {
    refuse(`orders are followed until they are ${until}`, 'leave --until out');
  }
  if (kind !== 'time') return;
  if (of === 'drift' && !isScheduled) refuse('without --rate nothing is due', '--rate 10');
  if (of === 'reached' && (until === 'accepted' || until === 'terminal')) {
    refuse('--until names no status', '--until shipped, or e2e');
  }
  if (until === 'accepted' && !beforeItsEnd.has(of)) {
    refuse('orders are followed until they are accepted', 'leave --until out');
  }
  if (until !== 'terminal' && ['e2e', 'active', 'wait', 'failed', 'completed'].includes(of)) {
    refuse(`orders are followed until they are ${until}`, 'p95(reached), or leave --until out');
  }
}

/** The command that makes the same orders again. */
export function rerunCommand(flags: LoadFlags): string {
  const { count, rate, duration, ramp, mix, file, seed, via, until, warmup, concurrency } = flags;
  const given = {
    count,
    duration: secondsOf(duration),
    seed,
    mix,
    file,
    concurrency,
    rate: rate === undefined ? undefined : rateText(rate),
    ramp: secondsOf(ramp),
    via: via === 'invoke' ? undefined : via,
    until: until === 'terminal' ? undefined : until,
    warmup: warmup === 0 ? undefined : warmup,
  };
  const parts = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${value}`],
  );
  return ['orders load-test', ...parts].join(' ');
}

const secondsOf = (ms: number | undefined) => (ms === undefined ? undefined : `${ms / 1000}s`);
const rateText = (rate: number) => (rate < 1 ? `${rate * 60}/m` : String(rate));
