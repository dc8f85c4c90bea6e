/** Reads the flags of `orders load-test`. Invalid combinations are rejected before any order is submitted. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { LoadOptions } from '../../orders/load-test/load-options.ts';
import { defaultMix, parseMix } from '../../orders/load-test/mix.ts';
import { parseOrderFile } from '../../orders/load-test/order-file.ts';
import type { FileOrder } from '../../orders/load-test/plan.ts';
import { countDueWithin } from '../../orders/load-test/schedule.ts';
import { parseThreshold } from '../../orders/load-test/thresholds.ts';
import { UserError } from '../../user-error.ts';
import { rejectContradictions, rejectUnmeasurable } from './flag-conflicts.ts';
import type { LoadFlags } from './load-flags.ts';

const defaultCount = 5;
const maxConcurrency = 50;
/** Maximum number of orders: a test keeps all of its orders in memory. */
const maxOrders = 50_000;

/** Returns the options of the load test. Throws UserError for flags that are invalid or contradict each other. */
export function readLoadOptions(flags: LoadFlags): Omit<LoadOptions, 'signal'> {
  rejectContradictions(flags);
  const file = flags.file === undefined ? undefined : readOrderFile(flags.file);
  const { rate, duration: durationMs, ramp: rampMs, via, until, warmup } = flags;
  const count = resolveOrderCount(flags, file);
  const thresholds = (flags.threshold ?? []).map(parseThreshold);
  for (const threshold of thresholds) {
    rejectUnmeasurable(threshold, { count, until, isScheduled: rate !== undefined });
  }
  return {
    count,
    concurrency: Math.min(flags.concurrency ?? maxConcurrency, count ?? maxConcurrency),
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

/** Parses `10`, `10/s` or `30/m`. Returns orders per second. Throws UserError if it is not a rate. */
export function parseRate(text: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)(?:\/(s|m))?$/.exec(text) ?? [];
  const rate = Number(number) / (unit === 'm' ? 60 : 1);
  if (rate > 0) return rate;
  throw new UserError(`--rate "${text}" is not a rate.`, {
    hint: '--rate 10, --rate 10/s or --rate 30/m',
  });
}

/** Returns the number of orders; undefined if it depends on the speed of submission during `--duration`. */
function resolveOrderCount(
  { count, rate, duration, ramp = 0 }: LoadFlags,
  file: readonly FileOrder[] | undefined,
): number | undefined {
  if (count !== undefined) return count;
  if (duration === undefined) return file?.length ?? defaultCount;
  if (rate === undefined) return undefined;
  const due = countDueWithin(duration, { rate, rampMs: ramp });
  if (due <= maxOrders) return due;
  throw new UserError(
    `--rate and --duration result in ${due} orders; the maximum is ${maxOrders}.`,
    {
      hint: 'use a shorter --duration or a lower --rate',
    },
  );
}

function readOrderFile(path: string): FileOrder[] {
  const name = path === '-' ? 'stdin' : path;
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    throw new UserError(`--file ${name} cannot be read.`, {
      hint: 'use a JSON list of orders or NDJSON; example of an order: orders submit --sample low --dry-run',
      cause,
    });
  }
  return parseOrderFile(text, basename(name));
}

/** Returns the command that submits the same orders again. */
export function buildRerunCommand(flags: LoadFlags): string {
  const { count, rate, duration, ramp, mix, file, seed, via, until, warmup, concurrency } = flags;
  const values = {
    count,
    duration: formatSeconds(duration),
    seed,
    mix,
    file,
    concurrency,
    rate: rate === undefined ? undefined : formatRate(rate),
    ramp: formatSeconds(ramp),
    via: via === 'invoke' ? undefined : via,
    until: until === 'terminal' ? undefined : until,
    warmup: warmup === 0 ? undefined : warmup,
  };
  const options = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${value}`],
  );
  const thresholds = flags.threshold?.map((threshold) => `--threshold '${threshold}'`) ?? [];
  const abort = flags['abort-on-threshold'] ? ['--abort-on-threshold'] : [];
  return ['orders load-test', ...options, ...thresholds, ...abort].join(' ');
}

const formatSeconds = (ms: number | undefined) => (ms === undefined ? undefined : `${ms / 1000}s`);
const formatRate = (rate: number) => (rate < 1 ? `${rate * 60}/m` : String(rate));
