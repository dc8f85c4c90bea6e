import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { LoadHistory } from '../../../src/cli/load-test/progress-chart.ts';
import { LoadRun } from '../../../src/cli/load-test/run-files.ts';
import { Board } from '../../../src/orders/load-test/observed-orders.ts';
import { standingOf } from '../../../src/orders/load-test/progress-figures.ts';
import { reportOn } from '../../../src/orders/load-test/report.ts';
import type { LoadProgress } from '../../../src/orders/load-test/run.ts';
import { goodOrders, submittedAt, usage } from '../../orders/load-test/observed-orders.ts';
import { full } from '../../support/full.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const [count, looks] = full ? [2000, 300] : [500, 60];
const waits = { 'await-warehouse': 5000, 'await-pickup': 3000 };

/** Megabytes that are held when all that is not needed has gone. */
function held(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

it(`holds nothing of the looks at ${count} orders but what it knows of each`, () => {
  const root = mkdtempSync(join(tmpdir(), 'orders-memory-'));
  const orders = goodOrders('low,high,damaged', count);
  const board = new Board(orders);
  for (const each of orders) board.change(each.orderId, each);
  const history = new LoadHistory();
  const run = new LoadRun(root, 'local');
  const options = { seed: 1, round: 1, via: 'invoke', concurrency: 50, cut: 'killed' } as const;
  const look = (at: number) => {
    for (const { orderId, record } of orders) board.change(orderId, { record: { ...record } });
    const now = submittedAt + at * 5000;
    const soFar = () =>
      reportOn(board.all(), { ...options, began: submittedAt, now, waits, tool: usage });
    const progress: LoadProgress = {
      ...{
        orders: board.all(),
        round: 1,
        began: submittedAt,
        phase: 'draining',
        until: 'terminal',
      },
      ...{ waits, requests: { lists: 0, items: 0 }, trouble: undefined, soFar },
    };
    history.add(standingOf(progress, now));
    run.meanwhile(soFar);
  };
  for (let at = 0; at < looks / 3; at += 1) look(at);
  const before = held();
  for (let at = 0; at < looks; at += 1) look(at);
  const more = held() - before;
  rmSync(root, { recursive: true, force: true });
  expect(more).toBeLessThan(3);
}, 60_000);
