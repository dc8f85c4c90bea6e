import { expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { type OrderStatus, statuses } from '../../../functions/contract/workflow.ts';
import {
  auditStanding,
  needsHistory,
  type Standing,
} from '../../../src/orders/verify/audit-status.ts';
import { isSettling } from '../../../src/orders/verify/recovery-window.ts';
import { skippedStatus, wentBack } from '../../../src/workflow/path.ts';
import type { Recorded } from '../../../src/workflow/recorded.ts';
import { orderRecord } from '../record.ts';
import { call } from './side-effect-fixtures.ts';

const { orderId, executionArn: arn } = orderRecord(['validated']);
const way = statuses.filter((each) => each !== 'credit-checked');
const upTo = (status: OrderStatus) => way.slice(0, way.indexOf(status as 'shipped') + 1);
const keptSince = Date.parse('2026-11-01T00:00:00Z');

type Status = NonNullable<Standing['execution']>['status'];

function recorded(last: OrderStatus, more: Partial<Recorded> = {}): Recorded {
  const { transitions } = orderRecord(upTo(last));
  const possible = new Set<OrderStatus>(upTo(last));
  return { transitions, possible, state: 'running', undos: [], warnings: [], ...more };
}

function kinds(
  record: OrderRecord | undefined,
  status: Status | undefined,
  shown?: Recorded,
): string[] {
  const execution = status && { orderId, arn, status };
  const standing = { orderId, record, execution, recorded: shown };
  return auditStanding(standing, { keptSince }).map(({ kind }) => kind);
}

it.each<[string, OrderRecord | undefined, Status | undefined, Recorded | undefined, string[]]>([
  ['a completed order', orderRecord(way), 'SUCCEEDED', undefined, []],
  ['one on its way', orderRecord(upTo('awaiting-pickup')), 'RUNNING', undefined, []],
  [
    'one whose step is recorded and not checkpointed yet',
    orderRecord(upTo('items-picked')),
    'RUNNING',
    recorded('awaiting-warehouse', { possible: new Set(['items-picked']) }),
    [],
  ],
  ['one that recovery closed', orderRecord(['validated', 'failed']), 'STOPPED', undefined, []],
  [
    'one that was stopped after it completed',
    orderRecord(way),
    'STOPPED',
    recorded('shipped', { state: 'stopped', possible: new Set(['completed']) }),
    [],
  ],
  ['one without a row', undefined, 'SUCCEEDED', undefined, ['lost-row']],
  [
    'one without a row that never wrote any',
    undefined,
    'FAILED',
    recorded('received' as never),
    [],
  ],
  [
    'one without an execution',
    orderRecord(['validated']),
    undefined,
    undefined,
    ['lost-execution'],
  ],
  [
    'an open row of an ended execution',
    orderRecord(upTo('packaged')),
    'TIMED_OUT',
    undefined,
    ['unfinished'],
  ],
  [
    'a row ahead of its execution',
    orderRecord(way),
    'RUNNING',
    recorded('awaiting-warehouse'),
    ['ahead'],
  ],
  [
    'a row behind its execution',
    orderRecord(['validated']),
    'RUNNING',
    recorded('awaiting-warehouse'),
    ['behind'],
  ],
  [
    'a row that ended otherwise',
    orderRecord(['validated', 'failed']),
    'SUCCEEDED',
    recorded('completed', { state: 'succeeded' }),
    ['wrong-end'],
  ],
  [
    'a row that skipped a status',
    orderRecord(['validated', 'payment-processed']),
    'RUNNING',
    undefined,
    ['transitions'],
  ],
])('judges %s', (_, record, status, shown, found) => {
  expect(kinds(record, status, shown)).toEqual(found);
});

it('misses no execution of an order that ended before what Lambda keeps', () => {
  const old = orderRecord(way, { createdAt: '2026-10-01T00:00:00.000Z' });
  expect(kinds(old, undefined)).toEqual([]);
  expect(kinds(orderRecord(way), undefined)).toEqual(['lost-execution']);
});

it('reads the history of a running order only where its row and the calls at its providers differ', () => {
  const record = orderRecord(upTo('awaiting-warehouse'));
  const execution = { orderId, arn, status: 'RUNNING' } as const;
  const done = [
    'check-inventory',
    'charge',
    'reserve-inventory',
    'fraud-check',
    'generate-invoice',
  ];
  const calls = (...names: string[]) => names.map((name) => call(name));
  const needs = (...names: string[]) =>
    needsHistory({ orderId, record, execution }, calls(...names));
  expect(needs(...done)).toBe(false);
  expect(needs(...done.slice(0, 3))).toBe(true);
  expect(needs(...done, 'pick-items', 'quality-check', 'package-order')).toBe(true);
});

it('says where an order went back or left out a status, and forgives clocks that differ a little', () => {
  const back = orderRecord(['validated', 'payment-processed', 'inventory-checked']);
  expect(wentBack(back)).toBe('went from payment-processed to inventory-checked');
  expect(wentBack({ ...orderRecord(way), status: 'shipped' })).toContain('last transition');
  const skewed = [
    { status: 'validated', at: '2026-11-22T08:12:05.000Z' },
    { status: 'inventory-checked', at: '2026-11-22T08:12:04.500Z' },
  ] as const;
  expect(wentBack({ status: 'inventory-checked', transitions: skewed })).toBeUndefined();
  expect(skippedStatus(orderRecord(way))).toBeUndefined();
  expect(skippedStatus({ ...orderRecord(way), total: 3500 })).toContain('never credit-checked');
  expect(skippedStatus(orderRecord(['validated', 'failed']))).toBeUndefined();
});

it('lets an order be while recovery is about to close it, or at it', () => {
  const execution = { orderId, arn, status: 'STOPPED', endedAt: 100_000 } as const;
  const at = (now: number, recovering: boolean, timeScale = 1) =>
    isSettling({ execution }, { recovering, timeScale }, now);
  expect([at(110_000, false), at(120_000, false)]).toEqual([true, false]);
  expect([at(120_000, true), at(900_000, true)]).toEqual([true, false]);
  expect(at(103_000, false, 60)).toBe(false);
});
