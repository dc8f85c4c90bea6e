import { expect, it } from 'vitest';
import {
  formatEnd,
  headerOf,
  type LiveTableView,
  rowsOf,
} from '../../../src/cli/watch/live-table-rows.ts';
import { type WatchedOrder, withItem } from '../../../src/cli/watch/watched-order.ts';
import { orderRecord } from '../../orders/record.ts';
import { terminal } from '../terminal/fake-terminal.ts';

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
  withItem({ orderId }, orderRecord(statuses, more), 60);
const watched: WatchedOrder[] = [
  { orderId: 'order-new' },
  item('order-waits', waiting),
  { ...item('order-again', ['validated', 'inventory-checked']), work: { ...work, retry } },
  item('order-failed', ['validated', 'failed'], { failure }),
  item('order-done', ['validated', 'completed']),
];

const view = (columns: number, more: Partial<LiveTableView> = {}): LiveTableView => ({
  stream: terminal(columns),
  columns,
  label: 'local (time ×60)',
  now,
  counts: '3 running · 1 failed',
  selected: undefined,
  seenAt: now - 2500,
  trouble: undefined,
  ...more,
});

it('shows a row an order: what became of it, where it is, and what comes next', () => {
  expect(rowsOf(watched, view(120, { selected: 'order-waits' }))).toEqual(
    [
      '   ORDER             CUSTOMER    TOTAL  STATUS              STEP                AGE  NEXT',
      '◔  order-new                            received',
      '>  order-waits       CUST-001    91.98  awaiting-warehouse  await-warehouse      6s  3s',
      '↻  order-again       CUST-001    91.98  inventory-checked   process-payment ×2   6s  attempt 2 in 2s: 503',
      '✗  order-failed      CUST-001    91.98  failed              process-payment      2s  The card was declined by its…',
      '✓  order-done        CUST-001    91.98  completed                                2s',
    ].map((line) => expect.stringMatching(escaped(line))),
  );
});

it('leaves out columns as it gets narrower: the total, the customer, the step, what comes next', () => {
  const titles = (columns: number) => rowsOf(watched, view(columns))[0]?.trim().split(/ +/);
  expect(titles(120)).toEqual(['ORDER', 'CUSTOMER', 'TOTAL', 'STATUS', 'STEP', 'AGE', 'NEXT']);
  expect(titles(90)).toEqual(['ORDER', 'CUSTOMER', 'STATUS', 'STEP', 'AGE', 'NEXT']);
  expect(titles(80)).toEqual(['ORDER', 'STATUS', 'STEP', 'AGE', 'NEXT']);
  expect(titles(63)).toEqual(['ORDER', 'STATUS', 'AGE', 'NEXT']);
  expect(titles(40)).toEqual(['ORDER', 'STATUS']);
});

it('keeps its columns where they are, whichever rows are on the screen', () => {
  for (const columns of [40, 80, 200]) {
    const titles = watched.map((each) => rowsOf([each], view(columns))[0]);
    expect(new Set(titles).size).toBe(1);
    for (const line of rowsOf(watched, view(columns)))
      expect(line.length).toBeLessThanOrEqual(columns);
  }
});

it('says how many there are, where, and when they were last seen, as far as there is room', () => {
  expect(headerOf(view(80))).toEqual([
    '3 running · 1 failed · local (time ×60) · refreshed 2s ago',
  ]);
  expect(headerOf(view(40))).toEqual(['3 running · 1 failed · local (time ×60)']);
  expect(headerOf(view(30))).toEqual(['3 running · 1 failed']);
  const [, trouble] = headerOf(view(40, { trouble: 'Rate exceeded, and a long story about it' }));
  expect(trouble).toBe('not visible right now: Rate exceeded, a…');
});

it('tells of an order that does not get on, and of one that is being undone', () => {
  const next = (each: WatchedOrder, at = now) => rowsOf([each], view(120, { now: at }))[1];
  const stuck = { invocations: 3, since: '2026-11-22T08:12:05.000Z', error };
  const still = item('order-still', ['validated']);
  expect(next({ ...still, work: { ...work, stuck } })).toMatch(
    /^! .*3 invocations, no checkpoint$/,
  );
  expect(next(still, now + 90_000)).toMatch(/^! .*no change for 1m$/);
  expect(next(item('order-cancel', ['validated'], { cancelRequested: { at: '' } }))).toMatch(
    /to be cancelled$/,
  );
  const undos = [{ undo: 'refund-payment', outcome: 'done' }] as const;
  expect(next(item('order-undo', ['validated'], { undos }))).toMatch(/undoing$/);
});

it('leaves the orders on the screen at the end for which there is room, those that need a person first', () => {
  const many = Array.from({ length: 150 }, (_, n) =>
    item(`order-${n}`, ['validated', 'completed']),
  );
  const lines = formatEnd([...many, ...watched], { ...view(80), most: 100 });
  expect(lines).toHaveLength(103);
  expect(lines[0]).toBe('3 running · 1 failed · 151 completed · local (time ×60)');
  expect(lines[2]).toContain('order-again');
  expect(lines.at(-1)).toBe('… 55 more: orders list');
});

const escaped = (text: string) =>
  new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ +/g, ' +')}$`);
