import { expect, it } from 'vitest';
import { formatWatched, type WatchedOrder, type WatchedView } from '../../src/cli/order-table.ts';
import { orderRecord } from '../orders/record.ts';
import { terminal } from './terminal.ts';

const failure = {
  stage: 'process-payment',
  code: 'payment-declined',
  message: 'Declined',
} as const;
const waiting = [
  'validated',
  'inventory-checked',
  'invoice-generated',
  'awaiting-warehouse',
] as const;
const watched: WatchedOrder[] = [
  { orderId: 'order-new' },
  { orderId: 'order-waits', order: orderRecord(waiting) },
  { orderId: 'order-failed', order: orderRecord(['validated', 'failed'], { failure }) },
  { orderId: 'order-done', order: orderRecord(['validated', 'completed']) },
];

function shown(more: Partial<WatchedView> = {}, orders = watched): string[] {
  const stream = terminal(80);
  const now = Date.parse('2026-11-22T08:12:10.000Z');
  const view = {
    stream,
    columns: 80,
    rows: 24,
    label: 'local',
    timeScale: 60,
    trouble: undefined,
    now,
  };
  return formatWatched(orders, { ...view, ...more });
}

it('shows a row an order: what became of it, where it is, and what comes next', () => {
  expect(shown()).toEqual([
    '2 running · 1 failed · 1 completed · local',
    '   ORDER         TOTAL  STATUS              STEP             AGE  NEXT',
    '◔  order-new            received            validate-order',
    '◔  order-waits   91.98  awaiting-warehouse  await-warehouse   6s  3.0s',
    '✗  order-failed  91.98  failed              process-payment   2s  Declined',
    '✓  order-done    91.98  completed                             2s',
    'ctrl-c stops looking; the orders go on',
  ]);
});

it('fits forty columns and ten rows, and then shows those that are still on their way', () => {
  const many = Array.from(
    { length: 30 },
    (_, n): WatchedOrder => ({
      orderId: `order-${String(n).padStart(10, '0')}`,
      order: orderRecord(n % 10 === 3 ? waiting : ['validated', 'completed']),
    }),
  );
  const lines = shown(
    { columns: 40, rows: 10, trouble: 'Rate exceeded, and a long story about it' },
    many,
  );
  expect(lines.length).toBeLessThanOrEqual(9);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  for (const id of ['order-0000000003', 'order-0000000013', 'order-0000000023']) {
    expect(lines.join('\n')).toContain(id);
  }
  expect(lines).toContain('… 26 more');
  expect(lines.join('\n')).toContain('not visible right now: Rate exceeded');
});

it('leaves every order on the screen at the end', () => {
  const many = Array.from({ length: 50 }, (_, n) => ({ orderId: `order-${n}` }));
  expect(
    formatWatched(many, {
      stream: terminal(80),
      columns: 80,
      label: '',
      timeScale: 1,
      trouble: undefined,
      now: 0,
    }),
  ).toHaveLength(52);
});
