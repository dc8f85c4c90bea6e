import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { LoadHistory } from '../../../src/cli/load-test/progress-chart.ts';
import { ReportWriter } from '../../../src/cli/load-test/report-writer.ts';
import type { LoadProgress } from '../../../src/orders/load-test/load-progress.ts';
import { ObservedOrders } from '../../../src/orders/load-test/observed-orders.ts';
import { progressFigures } from '../../../src/orders/load-test/progress-figures.ts';
import { buildReport } from '../../../src/orders/load-test/report.ts';
import { correctOrders, submittedAt, usage } from '../../orders/load-test/observed-orders.ts';
import { full } from '../../support/full.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const [count, looks] = full ? [2000, 300] : [500, 60];
const waits = { 'await-warehouse': 5000, 'await-pickup': 3000 };

/** Returns the heap in use after a garbage collection (MB). */
function measureHeap(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

it(`keeps only the current state of ${count} orders, not their earlier polls`, () => {
  const root = mkdtempSync(join(tmpdir(), 'orders-memory-'));
  const orders = correctOrders('low,high,damaged', count);
  const board = new ObservedOrders(orders);
  for (const order of orders) board.update(order.orderId, order);
  const history = new LoadHistory();
  const run = new ReportWriter(root, 'local');
  const options = {
    seed: 1,
    round: 1,
    via: 'invoke',
    concurrency: 50,
    truncation: 'killed',
  } as const;
  const look = (at: number) => {
    for (const { orderId, record } of orders) board.update(orderId, { record: { ...record } });
    const now = submittedAt + at * 5000;
    const buildPartialReport = () =>
      buildReport(board.all(), { ...options, startedAtMs: submittedAt, now, waits, tool: usage });
    const progress: LoadProgress = {
      ...{
        orders: board.all(),
        round: 1,
        startedAtMs: submittedAt,
        phase: 'draining',
        until: 'terminal',
      },
      ...{ waits, requestRates: { lists: 0, items: 0 }, pollError: undefined, buildPartialReport },
    };
    history.add(progressFigures(progress, now));
    run.writeIfDue(buildPartialReport);
  };
  for (let at = 0; at < looks / 3; at += 1) look(at);
  const before = measureHeap();
  for (let at = 0; at < looks; at += 1) look(at);
  const more = measureHeap() - before;
  rmSync(root, { recursive: true, force: true });
  expect(more).toBeLessThan(3);
});
