import { expect, it } from 'vitest';
import {
  fitted,
  metricsFacts,
  metricsLine,
  metricsText,
} from '../../../src/cli/metrics/metrics-text.ts';
import type { Metrics } from '../../../src/orders/metrics/metrics.ts';
import { terminal } from '../terminal/fake-terminal.ts';

const statistics = { n: 41, min: 300, median: 8100, p90: 8500, p95: 8900, p99: 9100, max: 9200 };
const metrics: Metrics = {
  since: '2026-11-22T07:12:00.000Z',
  at: '2026-11-22T08:12:04.000Z',
  source: 'orders table',
  orders: { started: 1257, completed: 41, failed: 5, cancelled: 0, running: 8, inReview: 2 },
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
const stream = terminal(80);
const shown = (width: number, more = {}) =>
  metricsText(metrics, { stream, width, label: 'local', ...more });

it('shows counts with their rates, times, failures, retries, quotas and stages', () => {
  const text = shown(80).join('\n');
  for (const line of [
    /^started +1,257$/m,
    /^completed +41 +89.1%$/m,
    /^end to end +41 +8.1s +8.9s +9.2s$/m,
    /^payment-declined +process-payment +5$/m,
    /^process-payment +3$/m,
    /^running executions +20,000\+ +5,000,000$/m,
    /^our reads a second +0.4 +15$/m,
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

it('leaves out what there is no room for: first the space, then the end, and says how much', () => {
  const all = shown(80);
  expect(fitted(all, all.length)).toEqual(all);
  const close = fitted(all, all.length - 1);
  expect(close).not.toContain('');
  const cut = fitted(all, 9);
  expect(cut).toHaveLength(9);
  expect(cut.at(-1)).toBe(`… ${close.length - 8} more lines`);
  expect(shown(40, { isShort: true }).slice(0, 4).join('\n')).toContain('completed 41 89.1%');
});

it('says from how many orders on there are percentiles, and whether some were left out', () => {
  const few = { ...statistics, n: 3 };
  const text = metricsText(
    { ...metrics, newest: 10_000, times: { endToEnd: few, active: few } },
    { stream, width: 80, label: 'local' },
  ).join('\n');
  expect(text).toContain('percentiles from 20 orders on');
  expect(text).toContain('the newest 10,000 orders since');
});

it('says why there are counts alone where orders may not be read', () => {
  const source = 'index of the orders table';
  const counts = { ...metrics, source, times: {}, stages: [], failures: [] } as const;
  const lines = metricsText(counts, { stream, width: 40, label: 'local' });
  expect(lines.join(' ')).toContain('the orders themselves may not be read: no times');
  expect(lines.join('\n')).not.toContain('COMPLETED ORDERS');
});

it('tells a pipe a fact a line, and a watch one line a look', () => {
  expect(metricsFacts(metrics).split('\n')).toEqual(
    expect.arrayContaining([
      'orders inReview 2',
      'rate completed 0.8913',
      'time endToEnd n=41 min=300 median=8100 p95=8900 p99=9100 max=9200',
      'failure payment-declined 5 stage=process-payment',
      'retries process-payment 3',
      'quota reads-a-second 0.4 limit=15',
    ]),
  );
  expect(metricsLine(metrics)).toBe(
    '2026-11-22T08:12:04.000Z started=1257 completed=41 failed=5 cancelled=0 running=8 inReview=2 median=8.1s payment-declined=5\n',
  );
});
