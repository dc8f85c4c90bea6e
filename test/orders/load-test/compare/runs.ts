/** Stored runs for tests of the comparison. */
import {
  type ComparableReport,
  parseStoredReport,
} from '../../../../src/orders/load-test/compare/comparable-report.ts';
import type { StoredRun } from '../../../../src/orders/load-test/compare/stored-runs.ts';
import { buildReport, type ReportOptions } from '../../../../src/orders/load-test/report.ts';
import { equalWaits } from '../../workflow-waits.ts';
import { correctOrders, submittedAt, usage } from '../observed-orders.ts';

export const setup = {
  command: 'orders load-test --count 200',
  toolVersion: '1.0.0',
  environment: 'dev',
  region: 'eu-west-1',
  stack: 'orders-dev',
  timeScale: 1,
  waits: equalWaits(700),
};

interface RunOptions extends Partial<ReportOptions> {
  readonly mix?: string;
  readonly count?: number;
  /** Returns the end of an order (ms) from its index. */
  readonly endedMs?: (index: number) => number;
  /** Returns the time to the first status (ms) from the index; absent: not measured. */
  readonly firstStatusMs?: (index: number) => number;
}

/** Durations between 10 and 12 seconds, without a trend over the orders. */
export const steadyMs = (index: number) => 10_000 + ((index * 37) % 101) * 20;

/** Creates a run of correct orders. */
export function createRun(id: string, options: RunOptions = {}): StoredRun {
  const { mix = 'low', count = 200, endedMs = steadyMs, firstStatusMs, ...others } = options;
  const orders = correctOrders(mix, count).map((order, index) => ({
    ...order,
    endedMs: endedMs(index),
    ...(firstStatusMs ? { firstStatusMs: firstStatusMs(index) } : {}),
  }));
  const report = buildReport(orders, {
    seed: 1,
    round: 1,
    via: 'invoke',
    tool: usage,
    concurrency: 50,
    startedAtMs: submittedAt,
    now: submittedAt + 60_000,
    truncation: undefined,
    waits: equalWaits(700),
    setup,
    ...others,
  });
  return { id, report: parseStoredReport(JSON.stringify(report), id) };
}

/** Returns the run with changes of its report. */
export const withReport = (run: StoredRun, changes: Partial<ComparableReport>): StoredRun => ({
  ...run,
  report: { ...run.report, ...changes },
});
