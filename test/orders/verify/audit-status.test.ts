import { expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { type OrderStatus, statuses } from '../../../functions/contract/workflow.ts';
import {
  auditStatus,
  needsHistory,
  type OrderAndExecution,
} from '../../../src/orders/verify/audit-status.ts';
import { isRecoveryPending } from '../../../src/orders/verify/recovery-window.ts';
import { findBackwardTransition, findSkippedStatus } from '../../../src/workflow/path.ts';
import type { RecordedOutcome } from '../../../src/workflow/recorded.ts';
import { orderRecord } from '../record.ts';
import { call } from './side-effect-fixtures.ts';

const { orderId, executionArn: arn } = orderRecord(['validated']);
const path = statuses.filter((status) => status !== 'credit-checked');
const upTo = (status: OrderStatus) => path.slice(0, path.indexOf(status as 'shipped') + 1);
const retainedSince = Date.parse('2026-11-01T00:00:00Z');

type Status = NonNullable<OrderAndExecution['execution']>['status'];

function recorded(last: OrderStatus, more: Partial<RecordedOutcome> = {}): RecordedOutcome {
  const { transitions } = orderRecord(upTo(last));
  const possible = new Set<OrderStatus>(upTo(last));
  return { transitions, possible, state: 'running', undos: [], warnings: [], ...more };
}

function kinds(
  record: OrderRecord | undefined,
  status: Status | undefined,
  shown?: RecordedOutcome,
): string[] {
  const execution = status === undefined ? undefined : { orderId, arn, status };
  const order = { orderId, record, execution, recorded: shown };
  return auditStatus(order, { retainedSince }).map(({ kind }) => kind);
}

it.each<
  [string, OrderRecord | undefined, Status | undefined, RecordedOutcome | undefined, string[]]
>([
  ['a completed order', orderRecord(path), 'SUCCEEDED', undefined, []],
  ['a running order', orderRecord(upTo('awaiting-pickup')), 'RUNNING', undefined, []],
  [
    'an order whose step is recorded but has no checkpoint yet',
    orderRecord(upTo('items-picked')),
    'RUNNING',
    recorded('awaiting-warehouse', { possible: new Set(['items-picked']) }),
    [],
  ],
  [
    'an order that the recovery closed',
    orderRecord(['validated', 'failed']),
    'STOPPED',
    undefined,
    [],
  ],
  [
    'an order that was stopped after it completed',
    orderRecord(path),
    'STOPPED',
    recorded('shipped', { state: 'stopped', possible: new Set(['completed']) }),
    [],
  ],
  ['an order without a record', undefined, 'SUCCEEDED', undefined, ['lost-row']],
  [
    'an execution that never wrote a record',
    undefined,
    'FAILED',
    recorded('received' as never),
    [],
  ],
  [
    'an order without an execution',
    orderRecord(['validated']),
    undefined,
    undefined,
    ['lost-execution'],
  ],
  [
    'a running order of an ended execution',
    orderRecord(upTo('packaged')),
    'TIMED_OUT',
    undefined,
    ['unfinished'],
  ],
  [
    'a record ahead of its execution',
    orderRecord(path),
    'RUNNING',
    recorded('awaiting-warehouse'),
    ['ahead'],
  ],
  [
    'a record behind its execution',
    orderRecord(['validated']),
    'RUNNING',
    recorded('awaiting-warehouse'),
    ['behind'],
  ],
  [
    'a record that ended differently',
    orderRecord(['validated', 'failed']),
    'SUCCEEDED',
    recorded('completed', { state: 'succeeded' }),
    ['wrong-end'],
  ],
  [
    'a record that skipped a status',
    orderRecord(['validated', 'payment-processed']),
    'RUNNING',
    undefined,
    ['transitions'],
  ],
])('audits %s', (_, record, status, shown, found) => {
  expect(kinds(record, status, shown)).toEqual(found);
});

it('accepts a missing execution of an order older than the retention', () => {
  const old = orderRecord(path, { createdAt: '2026-10-01T00:00:00.000Z' });
  expect(kinds(old, undefined)).toEqual([]);
  expect(kinds(orderRecord(path), undefined)).toEqual(['lost-execution']);
});

it('needs the history of a running order only if its record contradicts the calls to its providers', () => {
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

it('describes a backward transition or a skipped status, and tolerates clock skew', () => {
  const back = orderRecord(['validated', 'payment-processed', 'inventory-checked']);
  expect(findBackwardTransition(back)).toBe('went from payment-processed to inventory-checked');
  expect(findBackwardTransition({ ...orderRecord(path), status: 'shipped' })).toContain(
    'last transition',
  );
  const skewed = [
    { status: 'validated', at: '2026-11-22T08:12:05.000Z' },
    { status: 'inventory-checked', at: '2026-11-22T08:12:04.500Z' },
  ] as const;
  expect(
    findBackwardTransition({ status: 'inventory-checked', transitions: skewed }),
  ).toBeUndefined();
  expect(findSkippedStatus(orderRecord(path))).toBeUndefined();
  expect(findSkippedStatus({ ...orderRecord(path), total: 3500 })).toContain(
    'never credit-checked',
  );
  expect(findSkippedStatus(orderRecord(['validated', 'failed']))).toBeUndefined();
});

it('waits while the recovery of an order is running or about to start', () => {
  const execution = { orderId, arn, status: 'STOPPED', endedAt: 100_000 } as const;
  const at = (now: number, recovering: boolean, timeScale = 1) =>
    isRecoveryPending({ execution }, { recovering, timeScale }, now);
  expect([at(110_000, false), at(120_000, false)]).toEqual([true, false]);
  expect([at(120_000, true), at(900_000, true)]).toEqual([true, false]);
  expect(at(103_000, false, 60)).toBe(false);
});

/** An order that skipped a status, with an execution whose history shows the statuses `shown`. */
function auditSkipped(shown: readonly OrderStatus[]) {
  const record = orderRecord(path.filter((status) => status !== 'packaged'));
  const history = { ...recorded('completed', { state: 'succeeded' }) };
  const outcome = { ...history, transitions: orderRecord(shown).transitions };
  const execution = { orderId, arn, status: 'SUCCEEDED' } as const;
  return auditStatus({ orderId, record, execution, recorded: outcome }, { retainedSince });
}

it('repairs a skipped status only if the history of the execution has it', () => {
  const skipped = { kind: 'transitions', message: 'is completed and was never packaged' };
  const unpackaged = path.filter((status) => status !== 'packaged');
  expect(auditSkipped(unpackaged)).toMatchObject([{ ...skipped, mends: false }]);
  expect(auditSkipped(path)).toMatchObject([{ kind: 'transitions', mends: true }]);
});
