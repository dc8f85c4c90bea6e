/** What a load test must stay within, written as `p95(e2e)<10m`. Pure. */
import { statuses } from '../../../functions/contract/workflow.ts';
import { UserError } from '../../user-error.ts';
import { leastForPercentiles, type Statistics } from '../../workflow/statistics.ts';
import type { LoadReport, ThresholdResult } from './report-types.ts';
import type { Times } from './times.ts';

export interface Threshold {
  readonly expression: string;
  readonly kind: 'time' | 'count';
  /** What is measured: `e2e`, `shipped`, `failed`. */
  readonly of: string;
  /** So many orders it takes at least. */
  readonly least: number;
  /** Whether what was found so far is over its limit, and nothing to come is likely to bring it down. */
  readonly isBroken: (soFar: Measured) => boolean;
  readonly judge: (report: Measured) => ThresholdResult;
}

/** What a threshold looks at. */
export type Measured = Pick<LoadReport, 'checks' | 'outcome' | 'times' | 'stages'>;

type Comparison = (value: number, limit: number) => boolean;

const comparisons: Readonly<Record<string, Comparison>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value === limit,
};

const figures: Readonly<Record<string, Exclude<keyof Statistics, 'n'>>> = {
  min: 'min',
  p50: 'median',
  median: 'median',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  max: 'max',
};
const times: Readonly<Record<string, keyof Times>> = {
  accepted: 'accepted',
  accept: 'accepted',
  first: 'firstStatus',
  reached: 'reached',
  e2e: 'terminal',
  active: 'active',
  wait: 'wait',
  drift: 'drift',
};
/** Each stage by the status that it records. */
const reached: ReadonlySet<string> = new Set([...statuses, 'failed']);

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((all, each) => all + each, 0);
const faultsOf = (id: string) => (report: Measured) =>
  report.checks.find((check) => check.id === id)?.faults.length ?? 0;

/** What can be counted. A failure that a sample asks for counts as failed all the same. */
const counts: Readonly<Record<string, (report: Measured) => number>> = {
  submitted: ({ outcome }) => outcome.submitted,
  completed: ({ outcome }) => outcome.completed,
  failed: ({ outcome }) => outcome.failed,
  running: ({ outcome }) => outcome.running,
  errors: ({ outcome }) => sum(outcome.errors),
  throttled: ({ outcome }) => outcome.throttled,
  lost: faultsOf('not-lost'),
  doubled: faultsOf('not-doubled'),
};

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const shape = /^(\w+)\(([\w-]+)\)(<=|>=|==|<|>)(\d+(?:\.\d+)?)(ms|s|m|h|%)?$/;

/** Reads a threshold. Throws a UserError that says what is wrong with it and what could be written. */
export function parseThreshold(expression: string): Threshold {
  const match = shape.exec(expression.replaceAll(/\s/g, ''));
  if (!match) throw notOne(expression, 'it is not FIGURE(WHAT)<LIMIT');
  const [, name = '', of = '', operator = '', number = '', unit = ''] = match;
  const compare = comparisons[operator] as Comparison;
  const read = reader(expression, { name, of, unit });
  const limit = unit === '%' ? Number(number) / 100 : Number(number) * (units[unit] ?? 1);
  return {
    expression,
    kind: Object.hasOwn(figures, name) ? 'time' : 'count',
    of,
    least: leastOf(name),
    isBroken(soFar) {
      // What only falls, or is known in the end, is not broken on the way.
      if (operator.startsWith('>') || name === 'min' || inTheEnd.has(of)) return false;
      const value = read(soFar);
      const enough = name === 'count' || name === 'max' || soFar.outcome.submitted >= enoughOrders;
      return enough && value !== undefined && value > limit;
    },
    judge(report) {
      const value = read(report);
      if (value === undefined) return { expression, passed: false };
      return { expression, passed: compare(value, limit), value };
    },
  };
}

/** A share or a median of fewer orders says little about those to come. */
const enoughOrders = leastForPercentiles;
const inTheEnd: ReadonlySet<string> = new Set(['lost', 'doubled', 'running']);
const leastOf = (figure: string) => (/^p9/.test(figure) ? leastForPercentiles : 1);

interface Parts {
  readonly name: string;
  readonly of: string;
  readonly unit: string;
}

/** What an expression's left side is of a report: milliseconds, a share from 0 to 1, or a count. */
function reader(expression: string, parts: Parts): (report: Measured) => number | undefined {
  const { name, unit } = parts;
  if (Object.hasOwn(figures, name)) {
    const read = timeOf(expression, parts);
    if (Object.hasOwn(units, unit)) return read;
    throw notOne(expression, `a time has a unit: ${Object.keys(units).join(', ')}`);
  }
  if (name !== 'rate' && name !== 'count') throw notOne(expression, `there is no figure "${name}"`);
  const count = countOf(expression, parts);
  if (name === 'count') {
    if (unit === '') return count;
    throw notOne(expression, 'a count has no unit');
  }
  if (unit !== '%') throw notOne(expression, 'a rate is in %');
  return (report) => {
    const { submitted, throttledOrders } = report.outcome;
    const share = parts.of === 'throttled' ? throttledOrders : count(report);
    return submitted === 0 ? undefined : share / submitted;
  };
}

function timeOf(expression: string, { name, of }: Parts): (report: Measured) => number | undefined {
  const figure = figures[name] ?? 'max';
  if (reached.has(of)) return (report) => report.stages[of]?.[figure];
  const time = Object.hasOwn(times, of) ? times[of] : undefined;
  if (time) return (report) => report.times[time]?.[figure];
  throw notOne(expression, `there is no time "${of}"`);
}

function countOf(expression: string, { of }: Parts): (report: Measured) => number {
  const count = Object.hasOwn(counts, of) ? counts[of] : undefined;
  if (count) return count;
  throw notOne(expression, `"${of}" cannot be counted`);
}

function notOne(expression: string, why: string): UserError {
  return new UserError(`--threshold "${expression}" is not a threshold: ${why}.`, {
    hint: [
      `times: ${Object.keys(figures).join(' ')} of ${Object.keys(times).join(' ')} or a status, as p95(e2e)<10m or max(shipped)<2s`,
      `shares and counts: rate count of ${Object.keys(counts).join(' ')}, as rate(failed)<5% or count(lost)==0`,
      `comparisons: ${Object.keys(comparisons).join(' ')}`,
    ],
    code: 'BadThreshold',
  });
}
