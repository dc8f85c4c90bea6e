import { expect, it } from 'vitest';
import {
  formatFinalTable,
  formatHeader,
  formatRows,
  type LiveTableView,
} from '../../../src/cli/watch/live-table-rows.ts';
import {
  toShownStatus,
  type WatchedOrder,
  withOrderRecord,
} from '../../../src/cli/watch/watched-order.ts';
import type { PauseEvent } from '../../../src/orders/watch/pause-events.ts';
import { orderRecord } from '../../orders/record.ts';
import { createFakeTerminal } from '../terminal/fake-terminal.ts';

const now = Date.parse('2026-11-22T08:12:10.000Z');
const failure = {
  stage: 'process-payment',
  code: 'payment-declined',
  message: 'The card was declined by its bank',
} as const;
const error = { type: 'ProviderUnavailable', message: '503' };
const retry = { step: 'process-payment', attempt: 2, at: now + 1400, error };
const work = { invocations: 3, replays: 2, retries: 1, activeMs: 9, waitingMs: 0, attempts: {} };
const waiting = [
  'validated',
  'inventory-checked',
  'invoice-generated',
  'awaiting-warehouse',
] as const;
const item = (orderId: string, ...[statuses, more]: Parameters<typeof orderRecord>) =>
  withOrderRecord({ orderId }, orderRecord(statuses, more), 60);
const watched: WatchedOrder[] = [
  { orderId: 'order-new' },
  item('order-waits', waiting),
  { ...item('order-again', ['validated', 'inventory-checked']), activity: { ...work, retry } },
  item('order-failed', ['validated', 'failed'], { failure }),
  item('order-done', ['validated', 'completed']),
];

const view = (columns: number, more: Partial<LiveTableView> = {}): LiveTableView => ({
  stream: createFakeTerminal(columns),
  columns,
  label: 'local (time ×60)',
  now,
  counts: '3 running · 1 failed',
  selected: undefined,
  refreshedAt: now - 2500,
  gapReason: undefined,
  ...more,
});

it('shows the status, the step and the next event of each order', () => {
  expect(formatRows(watched, view(120, { selected: 'order-waits' }))).toEqual(
    [
      '   ORDER             CUSTOMER    TOTAL  STATUS              STEP                AGE  NEXT',
      '◔  order-new                            received',
      '>  order-waits       CUST-001    $91.98  awaiting-warehouse  await-warehouse      6s  3s',
      '↻  order-again       CUST-001    $91.98  inventory-checked   process-payment ×2   6s  attempt 2 in 2s: 503',
      '✗  order-failed      CUST-001    $91.98  failed              process-payment      2s  The card was declined by it…',
      '✓  order-done        CUST-001    $91.98  completed                                2s',
    ].map((line) => expect.stringMatching(linePattern(line))),
  );
});

it('shows which provider an order waits for, and the next attempt', () => {
  const waitingFor = {
    ...({ provider: 'payments', stage: 'process-payment', attempt: 7 } as const),
    nextAt: new Date(now + 185_000).toISOString(),
    since: '2026-11-22T08:00:00.000Z',
  };
  const [, row] = formatRows([{ ...item('order-waits', waiting), waitingFor }], view(140));
  expect(row).toMatch(/^↻ .*process-payment ×7 .*payments ×7 in 3m 05s$/);
});

it('shows since when and why an order is paused, and counts it as paused', () => {
  const pause = { ts: '2026-11-22T08:09:00.000Z', reason: 'carrier outage' };
  const paused = { ...item('order-paused', waiting), pause };
  const [, row] = formatRows([paused], view(120));
  expect(row).toMatch(/^‖ .*awaiting-warehouse .*paused 3m: carrier outage$/);
  const lines = formatFinalTable([paused], { ...view(120), maxRows: 5 });
  expect(lines[0]).toBe('1 paused · local (time ×60)');
});

it('shows the status of an execution that is neither running nor paused', () => {
  const shownAfter = (event: PauseEvent) => {
    const [, row] = formatRows(
      [{ ...item('order-1', waiting), ...toShownStatus(event) }],
      view(120),
    );
    return row;
  };
  const base = { ts: '2026-11-22T08:09:00.000Z', orderId: 'order-1' };
  expect(shownAfter({ type: 'execution', ...base, status: 'PAUSING' })).toMatch(
    /execution is PAUSING$/,
  );
  expect(shownAfter({ type: 'execution', ...base, status: 'RUNNING' })).toMatch(/ 3s$/);
  expect(shownAfter({ type: 'paused', ...base })).toMatch(/paused 3m$/);
});

it('drops columns on a narrow terminal, and shows the customer and the total at 80 columns', () => {
  const titles = (columns: number) => formatRows(watched, view(columns))[0]?.trim().split(/ +/);
  expect(titles(120)).toEqual(['ORDER', 'CUSTOMER', 'TOTAL', 'STATUS', 'STEP', 'AGE', 'NEXT']);
  expect(titles(90)).toEqual(['ORDER', 'CUSTOMER', 'TOTAL', 'STATUS', 'AGE', 'NEXT']);
  expect(titles(80)).toEqual(['ORDER', 'CUSTOMER', 'TOTAL', 'STATUS', 'NEXT']);
  expect(titles(63)).toEqual(['ORDER', 'STATUS', 'NEXT']);
  expect(titles(40)).toEqual(['ORDER', 'STATUS']);
});

it('keeps the columns in place for any rows', () => {
  for (const columns of [40, 80, 200]) {
    const titles = watched.map((order) => formatRows([order], view(columns))[0]);
    expect(new Set(titles).size).toBe(1);
    for (const line of formatRows(watched, view(columns)))
      expect(line.length).toBeLessThanOrEqual(columns);
  }
});

it('shows the counts, the target and the last refresh, as far as they fit', () => {
  expect(formatHeader(view(80))).toEqual([
    '3 running · 1 failed · local (time ×60) · refreshed 2s ago',
  ]);
  expect(formatHeader(view(40))).toEqual(['3 running · 1 failed · local (time ×60)']);
  expect(formatHeader(view(30))).toEqual(['3 running · 1 failed']);
  const gapReason = 'Rate exceeded, and a long explanation of it';
  expect(formatHeader(view(40, { gapReason }))[1]).toBe('not visible right now: Rate exceeded, a…');
});

it('shows orders that are stuck, idle, to be cancelled or being undone', () => {
  const next = (order: WatchedOrder, at = now) => formatRows([order], view(120, { now: at }))[1];
  const stuck = { invocations: 3, since: '2026-11-22T08:12:05.000Z', error };
  const idle = item('order-idle', ['validated']);
  expect(next({ ...idle, activity: { ...work, stuck } })).toMatch(
    /^! .*3 invocations, no checkpoint$/,
  );
  expect(next(idle, now + 90_000)).toMatch(/^! .*no change for 1m$/);
  expect(next(item('order-cancel', ['validated'], { cancelRequested: { at: '' } }))).toMatch(
    /cancellation requested$/,
  );
  const undos = [{ undo: 'refund-payment', outcome: 'done' }] as const;
  expect(next(item('order-undo', ['validated'], { undos }))).toMatch(/undoing$/);
});

it('leaves at most 100 orders on the screen, sorted by attention', () => {
  const many = Array.from({ length: 150 }, (_, n) =>
    item(`order-${n}`, ['validated', 'completed']),
  );
  const lines = formatFinalTable([...many, ...watched], { ...view(80), maxRows: 100 });
  expect(lines).toHaveLength(103);
  expect(lines[0]).toBe('3 running · 1 failed · 151 completed · local (time ×60)');
  expect(lines[2]).toContain('order-again');
  expect(lines.at(-1)).toBe('… 55 more: orders list');
});

const linePattern = (text: string) =>
  new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ +/g, ' +')}$`);
