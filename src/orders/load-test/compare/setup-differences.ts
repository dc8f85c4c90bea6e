/** Differences between the set-ups of two load tests, and which of them make the runs incomparable. Pure. */
import type { ComparableReport } from './comparable-report.ts';

export interface SetupDifference {
  readonly setting: SettingName;
  readonly a: string;
  readonly b: string;
  /** Whether the orders had other work to do or other conditions, so that their times cannot be compared. */
  readonly prevents: boolean;
}

export type SettingName =
  | 'environment'
  | 'time scale'
  | 'waits'
  | 'mix'
  | 'orders'
  | 'rate'
  | 'ramp'
  | 'concurrency'
  | 'submitted'
  | 'followed until'
  | 'end'
  | 'warm-up orders'
  | 'seed'
  | 'function version'
  | 'version of orders';

interface Setting {
  readonly name: SettingName;
  /** Returns the value as text; undefined if the report does not contain it. */
  readonly read: (report: ComparableReport) => string | undefined;
  /** Whether different values make the runs incomparable; absent: never. */
  readonly prevents?: (a: ComparableReport, b: ComparableReport) => boolean;
}

/** Largest difference of counts and rates that does not change the load noticeably, as a share. */
const maxLoadDifference = 0.1;
/** Largest share of the orders that may belong to another sample. */
const maxMixDifference = 0.05;
const always = () => true;

const formatCounts = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

const isScheduled = ({ ratePerSecond }: ComparableReport) => ratePerSecond !== undefined;

/** Whether two amounts differ by more than `maxLoadDifference`. A missing amount differs from every other. */
function differs(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a !== b;
  return Math.abs(a - b) > maxLoadDifference * Math.max(a, b);
}

const settings: readonly Setting[] = [
  {
    name: 'environment',
    read: ({ setup }) => setup && `${setup.environment}, ${setup.region}, ${setup.stack}`,
    // The local runtime and AWS are different systems.
    prevents: (a, b) => (a.setup?.environment === 'local') !== (b.setup?.environment === 'local'),
  },
  {
    name: 'time scale',
    read: ({ setup }) => setup && `×${setup.timeScale}`,
    prevents: always,
  },
  {
    name: 'waits',
    read: ({ setup }) =>
      setup &&
      Object.entries(setup.waits)
        .map(([name, ms]) => `${name} ${ms / 1000}s`)
        .join(', '),
    prevents: always,
  },
  {
    name: 'mix',
    read: ({ mix }) => formatCounts(mix),
    prevents: (a, b) => mixDifference(a.mix, b.mix) > maxMixDifference,
  },
  {
    name: 'orders',
    read: ({ outcome }) => String(outcome.planned),
    // Without a schedule, more orders mean a higher load.
    prevents: (a, b) =>
      !(isScheduled(a) && isScheduled(b)) && differs(a.outcome.planned, b.outcome.planned),
  },
  {
    name: 'rate',
    read: ({ ratePerSecond }) =>
      ratePerSecond === undefined ? 'no schedule' : `${ratePerSecond}/s`,
    prevents: (a, b) => differs(a.ratePerSecond, b.ratePerSecond),
  },
  { name: 'ramp', read: ({ rampMs = 0 }) => `${rampMs / 1000}s`, prevents: always },
  {
    name: 'concurrency',
    read: (report) => (isScheduled(report) ? 'not limited' : String(report.concurrency)),
    prevents: (a, b) => !isScheduled(a) && !isScheduled(b) && differs(a.concurrency, b.concurrency),
  },
  {
    name: 'submitted',
    read: ({ via }) => (via === 'api' ? 'through the API' : 'by invoking the function'),
    prevents: always,
  },
  { name: 'followed until', read: ({ until }) => until, prevents: always },
  {
    name: 'end',
    read: ({ cut }) => cut ?? 'complete',
    // After `stopped`, all submitted orders have ended. Otherwise, the slow ones are missing.
    prevents: (...reports) => reports.some(({ cut }) => cut !== undefined && cut !== 'stopped'),
  },
  { name: 'warm-up orders', read: ({ warmUp }) => String(warmUp?.submitted ?? 0) },
  { name: 'seed', read: ({ seed }) => String(seed) },
  { name: 'function version', read: ({ setup }) => setup && formatVersions(setup) },
  { name: 'version of orders', read: ({ setup }) => setup?.toolVersion },
];

/** Returns the settings in which two runs differ. An interrupted run is always named, because it prevents a comparison. */
export function findSetupDifferences(a: ComparableReport, b: ComparableReport): SetupDifference[] {
  return settings.flatMap(({ name, read, prevents }) => {
    const [inA, inB] = [read(a), read(b)];
    const isPrevented = inA !== undefined && inB !== undefined && (prevents?.(a, b) ?? false);
    if (inA === inB && !(name === 'end' && isPrevented)) return [];
    return [{ setting: name, a: inA ?? 'unknown', b: inB ?? 'unknown', prevents: isPrevented }];
  });
}

/** Returns the share of orders that would have to change their sample to make the mixes equal. */
function mixDifference(a: ComparableReport['mix'], b: ComparableReport['mix']): number {
  const [totalA, totalB] = [a, b].map((mix) =>
    Object.values(mix).reduce((sum, count) => sum + count, 0),
  );
  const samples = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const sum = samples.reduce(
    (total, sample) =>
      total + Math.abs((a[sample] ?? 0) / (totalA || 1) - (b[sample] ?? 0) / (totalB || 1)),
    0,
  );
  return sum / 2;
}

/** Returns the versions, without their orders if there is only one. */
function formatVersions({ functionVersions }: NonNullable<ComparableReport['setup']>): string {
  const names = Object.keys(functionVersions);
  return names.length > 1 ? formatCounts(functionVersions) : (names[0] ?? 'unknown');
}
