import { parseArgs } from 'node:util';

/** Parts that measure one checkout, and that `--against` compares. */
export const comparedParts = ['start-up', 'throughput', 'latency', 'replay', 'time-scale'] as const;
/** Parts that run only if they are named. */
const otherParts = ['suspended', 'scale'] as const;

export type ComparedPart = (typeof comparedParts)[number];
export type PartName = ComparedPart | (typeof otherParts)[number];

export interface BenchOptions {
  readonly parts: readonly PartName[];
  /** Commit to compare with. */
  readonly against: string | undefined;
  /** Number of measurements of each checkout in a comparison. */
  readonly pairs: number;
  readonly isShort: boolean;
  readonly sizes: Sizes;
}

/** How much a part measures. */
export interface Sizes {
  /** Orders before each measurement of throughput or latency. */
  readonly warmUp: number;
  /** Numbers of orders in flight. */
  readonly inFlight: readonly number[];
  /** Measurements of each number up to 200 beside the floor; larger numbers are measured once. */
  readonly rounds: number;
  readonly testRunnerOrders: number;
  /** Runs of each command. */
  readonly startUps: number;
  readonly checkpoints: number;
  readonly timers: number;
  /** Orders that run during the second measurement of the latency. */
  readonly loadOrders: number;
  readonly replayedOrders: number;
  readonly timeScales: readonly number[];
  /** Waits of the execution that measures a time scale. */
  readonly waits: number;
  /** Numbers of waiting executions. */
  readonly suspended: readonly number[];
}

const fullSizes: Sizes = {
  warmUp: 100,
  inFlight: [1, 50, 200, 1000],
  rounds: 3,
  testRunnerOrders: 30,
  startUps: 15,
  checkpoints: 300,
  timers: 100,
  loadOrders: 100,
  replayedOrders: 100,
  timeScales: [60, 600, 6000],
  waits: 20,
  suspended: [1_000, 10_000],
};

/** Sizes with which every part runs once through. Their results have no meaning. */
const shortSizes: Sizes = {
  warmUp: 2,
  inFlight: [1, 3],
  rounds: 1,
  testRunnerOrders: 1,
  startUps: 1,
  checkpoints: 60,
  timers: 3,
  loadOrders: 3,
  replayedOrders: 2,
  timeScales: [6000],
  waits: 3,
  suspended: [5],
};

const isPart = (text: string): text is PartName =>
  [...comparedParts, ...otherParts].some((part) => part === text);

/** Returns the options of the bench. Throws if an argument is unknown, or cannot be combined with `--against`. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      parts: { type: 'string' },
      against: { type: 'string' },
      pairs: { type: 'string' },
      'in-flight': { type: 'string' },
      short: { type: 'boolean', default: false },
    },
  });
  const isNumber = (text: string) => /^\d+$/.test(text);
  const counts = positionals.filter(isNumber);
  const names = [
    ...(values.parts?.split(',') ?? []),
    ...positionals.filter((text) => !isNumber(text)),
  ];
  const unknown = names.find((name) => !isPart(name));
  if (unknown !== undefined) {
    const known = [...comparedParts, ...otherParts].join(', ');
    throw new Error(`"${unknown}" is not a part of the bench. Parts: ${known}`);
  }
  const parts = names.length > 0 ? names.filter(isPart) : comparedParts;
  const single = parts.find((part) => otherParts.some((other) => other === part));
  if (values.against !== undefined && single !== undefined) {
    throw new Error(`${single} measures this checkout only: it cannot be used with --against`);
  }
  const sizes = values.short ? shortSizes : fullSizes;
  return {
    parts,
    against: values.against,
    pairs: parseCounts(values.pairs ?? (values.short ? '1' : '5'), '--pairs')[0] ?? 0,
    isShort: values.short,
    sizes: {
      ...sizes,
      inFlight: values['in-flight']
        ? parseCounts(values['in-flight'], '--in-flight')
        : sizes.inFlight,
      suspended: counts.length > 0 ? counts.map(Number) : sizes.suspended,
    },
  };
}

function parseCounts(text: string, flag: string): number[] {
  const counts = text.split(',').map(Number);
  if (counts.some((count) => !Number.isInteger(count) || count < 1)) {
    throw new Error(`${flag} needs positive integers, not "${text}"`);
  }
  return counts;
}
