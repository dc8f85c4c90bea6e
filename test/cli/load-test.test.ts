import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatProgress, progressLine } from '../../src/cli/load-progress.ts';
import { describeLoad } from '../../src/cli/load-report.ts';
import { exitOf, rerunCommand } from '../../src/cli/load-test.ts';
import { parseMix } from '../../src/orders/load-test/mix.ts';
import { reportOn } from '../../src/orders/load-test/report.ts';
import { goodOrders, submittedAt, withRecord } from '../orders/load-test/observed.ts';
import { terminal } from './terminal.ts';

const heading = {
  label: 'local (time ×60)',
  count: 5,
  concurrency: 5,
  mix: parseMix('low=4,damaged=1'),
  seed: 42,
};
const view = { ...heading, stream: process.stderr, timeScale: 60, now: submittedAt + 5000 };
const progress = (count: number) => ({
  orders: goodOrders('low=4,damaged=1', count),
  round: 1,
  began: submittedAt,
  trouble: undefined,
});

const reported = (orders = goodOrders('low=4,damaged=1', 5)) =>
  reportOn(orders, {
    seed: 42,
    round: 1,
    via: 'invoke',
    concurrency: 5,
    began: submittedAt,
    now: submittedAt + 60_000,
    cut: undefined,
    waits: { 'await-warehouse': 0, 'await-pickup': 0 },
  });

describe('a load test on its way', () => {
  it.each([
    [80, 24],
    [40, 10],
  ])('has a row an order where there is room: %i columns, %i rows', (columns, rows) => {
    const { orders, ...rest } = progress(5);
    const lines = formatProgress(
      { ...rest, orders: orders.slice(0, 3) },
      { ...view, columns, rows },
    );
    expect(lines.filter((line) => line.includes('order-'))).toHaveLength(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines.length).toBeLessThan(rows);
    expect(lines.at(-1)).toContain('ctrl-c stops submitting');
  });

  it('has a row a status where the orders are too many', () => {
    const lines = formatProgress(progress(500), { ...view, columns: 80, rows: 24 });
    const text = stripVTControlCharacters(lines.join('\n'));
    expect(text).toMatch(/✓ {2}completed +400 +█+/);
    expect(text).toMatch(/✗ {2}failed +100 +█+ +damaged 100/);
    expect(text).not.toContain('order-');
  });

  it('says so in one line of facts', () => {
    expect(progressLine(progress(5), submittedAt + 5000)).toMatch(
      /^\S+Z load-test t=5\.0s submitted=5\/5 running=0 completed=4 failed=1 errors=0$/,
    );
  });
});

describe('the verdict', () => {
  it('has the checks, the times and the counts, in lines that fit', () => {
    for (const columns of [40, 80]) {
      const text = describeLoad(reported(), terminal(columns));
      expect(text).toContain('█ END TO END');
      expect(text).toMatch(/4 completed\s.*1 failed \(damaged 1\)/s);
      for (const line of stripVTControlCharacters(text).split('\n')) {
        expect(line.length).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('names some of the orders that a check failed for, and counts the rest', () => {
    let orders = goodOrders('low', 8);
    for (const index of orders.keys()) orders = withRecord(orders, index, () => ({ total: 1 }));
    const text = describeLoad(reported(orders), process.stdout);
    expect(text).toContain('✗ own data         0 of 8 orders are as submitted');
    expect(text.match(/order-\w+: total 1, submitted/g)).toHaveLength(5);
    expect(text).toContain('and 3 more: --json names them all');
  });

  it('shows percentiles only of enough orders', () => {
    expect(describeLoad(reported(), process.stdout)).not.toContain('p95  ');
    expect(describeLoad(reported(goodOrders('low', 20)), process.stdout)).toMatch(/p95 +p99/);
  });
});

it('exits with what the test found, never with how an order ended', () => {
  const good = reported();
  const bad = { ...good, passed: false };
  expect([exitOf(good, undefined), exitOf(bad, undefined)]).toEqual([0, 99]);
  const timeout = { ...good, cut: 'timeout' as const };
  expect([exitOf(timeout, ''), exitOf({ ...timeout, passed: false }, '')]).toEqual([124, 99]);
  const cut = { ...bad, cut: 'interrupted' as const };
  expect(['SIGINT', 'SIGTERM', 'EPIPE'].map((reason) => exitOf(cut, reason))).toEqual([
    130, 143, 0,
  ]);
});

it('names the command that makes the same orders again', () => {
  const same = { count: 5, seed: 42, mix: 'low', via: 'api' as const };
  expect(rerunCommand(same)).toBe('orders load-test --count 5 --seed 42 --mix low --via api');
});
