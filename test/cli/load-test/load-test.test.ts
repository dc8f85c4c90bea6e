import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { exitOf } from '../../../src/cli/load-test/load-test.ts';
import { progressLine } from '../../../src/cli/load-test/ndjson-records.ts';
import { LoadHistory } from '../../../src/cli/load-test/progress-chart.ts';
import { formatProgress, type Shown } from '../../../src/cli/load-test/progress-view.ts';
import { describeLoad } from '../../../src/cli/load-test/report-text.ts';
import { parseMix } from '../../../src/orders/load-test/mix.ts';
import type { ObservedOrder } from '../../../src/orders/load-test/observed-orders.ts';
import { standingOf } from '../../../src/orders/load-test/progress-figures.ts';
import { reportOn } from '../../../src/orders/load-test/report.ts';
import type { LoadProgress } from '../../../src/orders/load-test/run.ts';
import {
  goodOrders,
  submittedAt,
  usage,
  withRecord,
} from '../../orders/load-test/observed-orders.ts';
import { terminal } from '../terminal/fake-terminal.ts';

const heading = {
  label: 'local (time ×60)',
  count: 5,
  concurrency: 5,
  mix: parseMix('low=4,damaged=1'),
  seed: 42,
};
const view = { ...heading, stream: process.stderr, timeScale: 60, now: submittedAt + 5000 };
const waits = { 'await-warehouse': 5000, 'await-pickup': 3000 };

/** Where a test is whose orders are these, `phase` and all. */
function shown(
  orders: readonly ObservedOrder[],
  { phase = 'draining', stopped = false }: Partial<Pick<LoadProgress, 'phase'> & Shown> = {},
): Shown {
  const isUnsent = (index: number) => phase === 'submitting' && index === 0;
  const progress: LoadProgress = {
    orders: orders.map((each, index) => (isUnsent(index) ? unsent(each) : each)),
    round: 1,
    began: submittedAt,
    phase,
    waits,
    until: 'terminal',
    requests: { lists: 0.2, items: 500 },
    trouble: undefined,
    soFar: () => reported(),
  };
  const history = new LoadHistory();
  for (const seconds of [0, 1, 2, 4, 8]) {
    const statuses = { 'awaiting-warehouse': seconds * 30 };
    const elapsedMs = seconds * 1000;
    const past = { ...standingOf(progress, submittedAt), statuses, elapsedMs };
    history.add({ ...past, completed: seconds * 20, failed: seconds * 5, running: seconds * 40 });
  }
  return {
    progress,
    standing: standingOf(progress, view.now),
    history,
    canStop: phase === 'submitting',
    stopped,
  };
}
function unsent({ orderId, sample, order, total, expected }: ObservedOrder): ObservedOrder {
  return { orderId, sample, order, total, expected, executions: [] };
}
const orders = (count: number) => goodOrders('low=4,damaged=1', count);
const plain = (lines: readonly string[]) => lines.map((line) => stripVTControlCharacters(line));

const reported = (orders = goodOrders('low=4,damaged=1', 5)) =>
  reportOn(orders, {
    seed: 42,
    round: 1,
    via: 'invoke',
    tool: usage,
    concurrency: 5,
    began: submittedAt,
    now: submittedAt + 60_000,
    cut: undefined,
    waits,
  });

describe('a load test on its way', () => {
  it.each([
    [80, 24],
    [40, 10],
  ])('has a row an order where there is room: %i columns, %i rows', (columns, rows) => {
    const lines = plain(
      formatProgress(shown(orders(3), { phase: 'submitting' }), { ...view, columns, rows }),
    );
    expect(lines.filter((line) => line.includes('order-'))).toHaveLength(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines.length).toBeLessThan(rows);
    expect(lines.at(-1)).toContain('ctrl-c stops submitting');
  });

  it.each([
    [80, 24],
    [40, 10],
    [200, 60],
  ])(
    'has a chart and the figures where they are too many: %i columns, %i rows',
    (columns, rows) => {
      const lines = plain(formatProgress(shown(orders(500)), { ...view, columns, rows }));
      const text = lines.join('\n');
      expect(text).toMatch(/500 │.*\n(?:.*│.*░▒*\n|.*│.*\n)+ *0s +8\.0s\n/);
      for (const sign of ['█ completed 400', '▓ failed 100', '▒ in waits 0', '░ active 0']) {
        expect(text).toContain(sign);
      }
      expect(text).toMatch(/rate +submitted /);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      expect(lines.length).toBeLessThan(rows);
      expect(text).not.toContain('order-');
      if (columns === 40) return;
      expect(text).toMatch(
        /end to end +p50 \d.* · p95 .* · p99 .* · n=500\nfailures +damaged 100\n/,
      );
      expect(text).toMatch(/a second +starts [\d.]+\/300 · lists 0.2\/15 · items read 500\n/);
    },
  );

  it('stacks what is there from the bottom up, each part seen however few it has', () => {
    const { history, standing } = shown(orders(500));
    history.add({ ...standing, elapsedMs: 8001, completed: 1, failed: 400, running: 1 });
    const chart = plain(history.chart({ rows: 5, columns: 40, all: 500, stream: terminal(40) }));
    expect(chart.slice(0, 5).map((line) => line.slice(39))).toEqual(['░', '▓', '▓', '▓', '█']);
  });

  it('remembers a long test in few moments', () => {
    const { standing } = shown(orders(30));
    const history = new LoadHistory();
    for (let at = 0; at < 500_000; at += 250) history.add({ ...standing, elapsedMs: at });
    expect(history.size).toBeLessThanOrEqual(400);
    expect(
      plain(history.chart({ rows: 2, columns: 30, all: 30, stream: terminal(30) }))[2],
    ).toMatch(/0s +8m 20s$/);
  });

  it('says what the next Ctrl-C does, and how long the rest takes', () => {
    const last = (state: Parameters<typeof shown>[1]) => {
      const waiting = withRecord(orders(500), 0, () => undefined);
      return plain(
        formatProgress(shown(waiting, state), { ...view, columns: 100, rows: 24 }),
      ).slice(-2);
    };
    expect(last({ phase: 'submitting' })[1]).toContain('ctrl-c stops submitting, waits');
    expect(last({})).toEqual([
      expect.stringMatching(/draining 1 · ended 499 · 5\.0s, about \S+ left$/) as string,
      'ctrl-c leaves with a partial report',
    ]);
    expect(last({ stopped: true })[1]).toContain('ctrl-c again leaves with a partial report');
  });

  it('leaves a row a status behind', () => {
    const text = plain(formatProgress(shown(orders(500)), { ...view, columns: 80 })).join('\n');
    expect(text).toMatch(/✓ {2}completed +400 +█+/);
    expect(text).toMatch(/✗ {2}failed +100 +█+ +damaged 100/);
  });

  it('says so in one line of facts', () => {
    expect(progressLine(shown(orders(5)), submittedAt + 5000)).toMatch(
      /^\S+Z load-test t=5\.0s phase=draining submitted=5\/5 running=0 completed=4 failed=1 \(damaged 1\) errors=0 throttled=0$/,
    );
    expect(progressLine(shown(orders(40)), submittedAt)).toContain(' accept_p95=20ms e2e_p95=');
  });
});

it('says how long it sends orders for where their number is open', () => {
  const all = shown(orders(5), { phase: 'submitting' });
  const progress = { ...all.progress, sendsForMs: 8000 };
  const standing = standingOf(progress, view.now);
  const open = { ...all, progress, standing };
  expect(progressLine(open, view.now)).toMatch(/ submitted=4 .* left=3\.0s$/);
  const lines = formatProgress(open, {
    ...view,
    count: undefined,
    durationMs: 8000,
    columns: 80,
    rows: 24,
  });
  expect(plain(lines).join('\n')).toMatch(/submitting 4 · .* about 3\.0s left/);
  expect(lines[0]).toContain('orders for 8.0s');
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

  it('names the stages that took longest, without their waits', () => {
    const text = describeLoad(reported(goodOrders('low', 2)), process.stdout);
    expect(text).toMatch(/█ SLOWEST {2}inventory-checked max 1\.0s · /);
    expect(describeLoad(reported(goodOrders('low', 20)), process.stdout)).toMatch(
      /SLOWEST .* p95 /,
    );
    expect(describeLoad(reported([]), process.stdout)).not.toContain('SLOWEST');
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
  expect(exitOf({ ...good, cut: 'threshold' }, undefined)).toBe(99);
  const cut = { ...bad, cut: 'interrupted' as const };
  expect(['SIGINT', 'SIGTERM', 'EPIPE'].map((reason) => exitOf(cut, reason))).toEqual([
    130, 143, 0,
  ]);
  expect(exitOf({ ...good, cut: 'stopped' }, undefined)).toBe(130);
});

it('exits 99 when what was seen until it was interrupted is enough to fail it', () => {
  const cut = { ...reported(), passed: false, cut: 'interrupted' as const };
  const missed = { expression: 'p95(e2e)<1ms', passed: false };
  expect(exitOf({ ...cut, thresholds: [missed] }, 'SIGINT')).toBe(130);
  expect(exitOf({ ...cut, thresholds: [{ ...missed, value: 2 }] }, 'SIGINT')).toBe(99);
  const lost = withRecord(goodOrders('low', 2), 0, () => undefined);
  expect(exitOf({ ...reported(lost), cut: 'stopped' }, undefined)).toBe(99);
});
