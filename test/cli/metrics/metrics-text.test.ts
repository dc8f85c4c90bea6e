import { expect, it } from 'vitest';
import {
  fitLines,
  formatMetricsFacts,
  formatMetricsLine,
  formatMetricsTables,
} from '../../../src/cli/metrics/metrics-text.ts';
import type { Metrics } from '../../../src/orders/metrics/metrics.ts';
import { createFakeTerminal } from '../terminal/fake-terminal.ts';

const statistics = { n: 41, min: 300, median: 8100, p90: 8500, p95: 8900, p99: 9100, max: 9200 };
const metrics: Metrics = {
  since: '2026-11-22T07:12:00.000Z',
  at: '2026-11-22T08:12:04.000Z',
  source: 'orders table',
  orders: { started: 1257, completed: 41, failed: 5, cancelled: 0, running: 8, inReview: 2 },
  waiting: [{ provider: 'payments', orders: 1200, since: '2026-11-22T08:02:04.000Z' }],
  rates: { completed: 0.8913, failed: 0.1087, cancelled: 0 },
  times: { endToEnd: statistics, active: statistics },
  stages: [{ stage: 'generate-shipping-label', ...statistics }],
  failures: [{ code: 'payment-declined', stage: 'process-payment', orders: 5 }],
  retries: [{ step: 'process-payment', retries: 3 }],
  quotas: [
    { quota: 'running-executions', by: 'stack', used: 20_000, atLeast: true, limit: 5_000_000 },
    { quota: 'reads-a-second', by: 'program', used: 0.4, limit: 15 },
  ],
};
const stream = createFakeTerminal(80);
const shown = (width: number, more = {}) =>
  formatMetricsTables(metrics, { stream, width, label: 'local', ...more });

it('shows counts with their rates, times, failures, retries, quotas and stages', () => {
  const text = shown(80).join('\n');
  for (const line of [
    /^started +1,257$/m,
    /^completed +41 +89.1%$/m,
    /^end to end +41 +8.1s +8.9s +9.2s$/m,
    /^payments +1,200 +.*, 10m ago$/m,
    /^payment-declined +process-payment +5$/m,
    /^process-payment +3$/m,
    /^running executions +20,000\+ +5,000,000$/m,
    /^CLI reads per second +0.4 +15$/m,
    /^generate-shipping-label +41 +8.1s +8.9s +9.2s$/m,
  ]) {
    expect(text).toMatch(line);
  }
});

it.each([40, 80, 200])('keeps every line within %i columns', (width) => {
  for (const isShort of [true, false]) {
    for (const line of shown(width, { isShort })) expect(line.length).toBeLessThanOrEqual(width);
  }
});

it('removes empty lines first, then the last lines, and reports their number', () => {
  const all = shown(80);
  expect(fitLines(all, all.length)).toEqual(all);
  const dense = fitLines(all, all.length - 1);
  expect(dense).not.toContain('');
  const shortened = fitLines(all, 9);
  expect(shortened).toHaveLength(9);
  expect(shortened.at(-1)).toBe(`… ${dense.length - 8} more lines`);
  expect(shown(40, { isShort: true }).slice(0, 4).join('\n')).toContain('completed 41 89.1%');
});

it('reports how many orders percentiles require, and that only the newest orders were read', () => {
  const few = { ...statistics, n: 3 };
  const text = formatMetricsTables(
    { ...metrics, newest: 10_000, times: { endToEnd: few, active: few } },
    { stream, width: 80, label: 'local' },
  ).join('\n');
  expect(text).toContain('percentiles require 20 orders');
  expect(text).toContain('the newest 10,000 orders since');
});

it('explains why only counts are shown without permission to read the orders', () => {
  const source = 'index of the orders table';
  const counts = { ...metrics, source, times: {}, stages: [], failures: [] } as const;
  const lines = formatMetricsTables(counts, { stream, width: 40, label: 'local' });
  expect(lines.join(' ')).toContain('no permission to read the orders: times');
  expect(lines.join('\n')).not.toContain('COMPLETED ORDERS');
});

it('prints one fact per line for a pipe, and one line per poll for a watch', () => {
  expect(formatMetricsFacts(metrics).split('\n')).toEqual(
    expect.arrayContaining([
      'orders inReview 2',
      'rate completed 0.8913',
      'time endToEnd n=41 min=300 median=8100 p95=8900 p99=9100 max=9200',
      'failure payment-declined 5 stage=process-payment',
      'retries process-payment 3',
      'quota reads-a-second 0.4 limit=15',
    ]),
  );
  expect(formatMetricsLine(metrics)).toBe(
    '2026-11-22T08:12:04.000Z started=1257 completed=41 failed=5 cancelled=0 running=8 inReview=2 median=8.1s waiting_for_payments=1200 payment-declined=5\n',
  );
});
