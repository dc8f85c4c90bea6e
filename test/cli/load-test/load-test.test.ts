import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { exitCodeFor } from '../../../src/cli/load-test/load-test.ts';
import { LoadHistory } from '../../../src/cli/load-test/progress-chart.ts';
import { formatProgressLine } from '../../../src/cli/load-test/progress-records.ts';
import { formatProgress, type ProgressSnapshot } from '../../../src/cli/load-test/progress-view.ts';
import { formatLoadReport } from '../../../src/cli/load-test/report-text.ts';
import type { LoadProgress } from '../../../src/orders/load-test/load-progress.ts';
import { parseMix } from '../../../src/orders/load-test/mix.ts';
import type { ObservedOrder } from '../../../src/orders/load-test/observed-orders.ts';
import { progressFigures } from '../../../src/orders/load-test/progress-figures.ts';
import { buildReport } from '../../../src/orders/load-test/report.ts';
import {
  correctOrders,
  submittedAt,
  usage,
  withRecord,
} from '../../orders/load-test/observed-orders.ts';
import { createFakeTerminal } from '../terminal/fake-terminal.ts';

const heading = {
  label: 'local (time ×60)',
  count: 5,
  concurrency: 5,
  mix: parseMix('low=4,damaged=1'),
  seed: 42,
};
const view = { ...heading, stream: process.stderr, timeScale: 60, now: submittedAt + 5000 };
const waits = { 'await-warehouse': 5000, 'await-pickup': 3000 };

/** Returns a snapshot of a test with these orders. */
function shown(
  orders: readonly ObservedOrder[],
  {
    phase = 'draining',
    stopped = false,
  }: Partial<Pick<LoadProgress, 'phase'> & ProgressSnapshot> = {},
): ProgressSnapshot {
  const isUnsent = (index: number) => phase === 'submitting' && index === 0;
  const progress: LoadProgress = {
    orders: orders.map((order, index) => (isUnsent(index) ? unsent(order) : order)),
    round: 1,
    startedAtMs: submittedAt,
    phase,
    waits,
    until: 'terminal',
    requestRates: { lists: 0.2, items: 500 },
    pollError: undefined,
    buildPartialReport: () => reported(),
  };
  const history = new LoadHistory();
  for (const seconds of [0, 1, 2, 4, 8]) {
    const statuses = { 'awaiting-warehouse': seconds * 30 };
    const elapsedMs = seconds * 1000;
    const past = { ...progressFigures(progress, submittedAt), statuses, elapsedMs };
    history.add({ ...past, completed: seconds * 20, failed: seconds * 5, running: seconds * 40 });
  }
  return {
    progress,
    figures: progressFigures(progress, view.now),
    history,
    canStop: phase === 'submitting',
    stopped,
  };
}
function unsent({ orderId, sample, order, total, expected }: ObservedOrder): ObservedOrder {
  return { orderId, sample, order, total, expected, executions: [] };
}
const orders = (count: number) => correctOrders('low=4,damaged=1', count);
const plain = (lines: readonly string[]) => lines.map((line) => stripVTControlCharacters(line));

const reported = (orders = correctOrders('low=4,damaged=1', 5)) =>
  buildReport(orders, {
    seed: 42,
    round: 1,
    via: 'invoke',
    tool: usage,
    concurrency: 5,
    startedAtMs: submittedAt,
    now: submittedAt + 60_000,
    truncation: undefined,
    waits,
  });

describe('a running load test', () => {
  it.each([
    [80, 24],
    [40, 10],
  ])('shows one row per order if there is room: %i columns, %i rows', (columns, rows) => {
    const lines = plain(
      formatProgress(shown(orders(3), { phase: 'submitting' }), { ...view, columns, rows }),
    );
    expect(lines.filter((line) => line.includes('order-'))).toHaveLength(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines.length).toBeLessThan(rows);
    expect(lines.at(-1)).toContain('ctrl-c: stop submitting');
  });

  it.each([
    [80, 24],
    [40, 10],
    [200, 60],
  ])(
    'shows a chart and statistics if there are too many orders: %i columns, %i rows',
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
      expect(text).toMatch(/quotas\/s +starts [\d.]+\/300 · lists 0.2\/15 · items read 500\n/);
    },
  );

  it('stacks the groups from the bottom and shows each group with at least one order', () => {
    const { history, figures } = shown(orders(500));
    history.add({ ...figures, elapsedMs: 8001, completed: 1, failed: 400, running: 1 });
    const chart = plain(
      history.chart({ rows: 5, columns: 40, all: 500, stream: createFakeTerminal(40) }),
    );
    expect(chart.slice(0, 5).map((line) => line.slice(39))).toEqual(['░', '▓', '▓', '▓', '█']);
  });

  it('keeps a limited number of samples of a long test', () => {
    const { figures } = shown(orders(30));
    const history = new LoadHistory();
    for (let at = 0; at < 500_000; at += 250) history.add({ ...figures, elapsedMs: at });
    expect(history.size).toBeLessThanOrEqual(400);
    expect(
      plain(history.chart({ rows: 2, columns: 30, all: 30, stream: createFakeTerminal(30) }))[2],
    ).toMatch(/0s +8m 20s$/);
  });

  it('shows what the next Ctrl-C does, and the remaining time', () => {
    const last = (state: Parameters<typeof shown>[1]) => {
      const waiting = withRecord(orders(500), 0, () => undefined);
      return plain(
        formatProgress(shown(waiting, state), { ...view, columns: 100, rows: 24 }),
      ).slice(-2);
    };
    expect(last({ phase: 'submitting' })[1]).toContain('ctrl-c: stop submitting, wait');
    expect(last({})).toEqual([
      expect.stringMatching(/draining 1 · ended 499 · 5\.0s, about \S+ left$/) as string,
      'ctrl-c: partial report',
    ]);
    expect(last({ stopped: true })[1]).toContain('ctrl-c again: partial report');
  });

  it('leaves one row per status on the screen', () => {
    const text = plain(formatProgress(shown(orders(500)), { ...view, columns: 80 })).join('\n');
    expect(text).toMatch(/✓ {2}completed +400 +█+/);
    expect(text).toMatch(/✗ {2}failed +100 +█+ +damaged 100/);
  });

  it('prints its progress in one line', () => {
    expect(formatProgressLine(shown(orders(5)), submittedAt + 5000)).toMatch(
      /^\S+Z load-test t=5\.0s phase=draining submitted=5\/5 running=0 completed=4 failed=1 \(damaged 1\) errors=0 throttled=0$/,
    );
    expect(formatProgressLine(shown(orders(40)), submittedAt)).toContain(
      ' accept_p95=20ms e2e_p95=',
    );
  });
});

it('includes the running orders in the estimate while orders are submitted', () => {
  const all = shown(orders(5), { phase: 'submitting' });
  const progress = { ...all.progress, submitDurationMs: 8000 };
  const open = { ...all, progress, figures: progressFigures(progress, view.now) };
  expect(formatProgressLine(open, view.now)).toMatch(/ submitted=4 .* left=16s$/);
  const lines = formatProgress(open, {
    ...view,
    count: undefined,
    durationMs: 8000,
    columns: 80,
    rows: 24,
  });
  expect(plain(lines).join('\n')).toMatch(/submitting 4 · .* about 16s left/);
  expect(lines[0]).toContain('orders for 8.0s');
});

describe('the report', () => {
  it('contains checks, times and counts in lines that fit the terminal', () => {
    for (const columns of [40, 80]) {
      const text = formatLoadReport(reported(), createFakeTerminal(columns));
      expect(text).toContain('█ END TO END');
      expect(text).toMatch(/4 completed\s.*1 failed \(damaged 1\)/s);
      for (const line of stripVTControlCharacters(text).split('\n')) {
        expect(line.length).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('lists some orders of a failed check and counts the others', () => {
    let orders = correctOrders('low', 8);
    for (const index of orders.keys()) orders = withRecord(orders, index, () => ({ total: 1 }));
    const text = formatLoadReport(reported(orders), process.stdout);
    expect(text).toContain('✗ correct data     0 of 8 orders are as submitted');
    expect(text.match(/order-\w+: total 1, submitted/g)).toHaveLength(5);
    expect(text).toContain('and 3 more: --json lists all');
  });

  it('lists the slowest stages, excluding waits', () => {
    const text = formatLoadReport(reported(correctOrders('low', 2)), process.stdout);
    expect(text).toMatch(/█ SLOWEST {2}inventory-checked max 1\.0s · /);
    expect(formatLoadReport(reported(correctOrders('low', 20)), process.stdout)).toMatch(
      /SLOWEST .* p95 /,
    );
    expect(formatLoadReport(reported([]), process.stdout)).not.toContain('SLOWEST');
  });

  it('shows percentiles only if there are enough orders', () => {
    expect(formatLoadReport(reported(), process.stdout)).not.toContain('p95  ');
    expect(formatLoadReport(reported(correctOrders('low', 20)), process.stdout)).toMatch(
      /p95 +p99/,
    );
  });
});

it('sets the exit code from the checks, never from the outcome of an order', () => {
  const good = reported();
  const bad = { ...good, passed: false };
  expect([exitCodeFor(good, undefined), exitCodeFor(bad, undefined)]).toEqual([0, 99]);
  const timeout = { ...good, cut: 'timeout' as const };
  expect([exitCodeFor(timeout, ''), exitCodeFor({ ...timeout, passed: false }, '')]).toEqual([
    124, 99,
  ]);
  expect(exitCodeFor({ ...good, cut: 'threshold' }, undefined)).toBe(99);
  const cut = { ...bad, cut: 'interrupted' as const };
  expect(['SIGINT', 'SIGTERM', 'EPIPE'].map((reason) => exitCodeFor(cut, reason))).toEqual([
    130, 143, 0,
  ]);
  expect(exitCodeFor({ ...good, cut: 'stopped' }, undefined)).toBe(130);
});

it('exits 99 if a partial report already proves a failure', () => {
  const cut = { ...reported(), passed: false, cut: 'interrupted' as const };
  const missed = { expression: 'p95(e2e)<1ms', passed: false };
  expect(exitCodeFor({ ...cut, thresholds: [missed] }, 'SIGINT')).toBe(130);
  expect(exitCodeFor({ ...cut, thresholds: [{ ...missed, value: 2 }] }, 'SIGINT')).toBe(99);
  const lost = withRecord(correctOrders('low', 2), 0, () => undefined);
  expect(exitCodeFor({ ...reported(lost), cut: 'stopped' }, undefined)).toBe(99);
});
