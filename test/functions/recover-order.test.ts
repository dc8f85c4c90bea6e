import { beforeAll, describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { samples } from '../../functions/contract/samples.ts';
import {
  type OrderStatus,
  pointOfNoReturn,
  type Stage,
  stages,
  type UndoId,
} from '../../functions/contract/workflow.ts';
import { type Ended, recoverOrder } from '../../functions/order-recovery/recover-order.ts';
import { execute } from './durable-service.ts';
import { world } from './world.ts';

beforeAll(() => {
  process.env['AWS_LAMBDA_LOG_LEVEL'] = 'ERROR';
});

const executionArn = 'arn:aws:lambda:us-east-2:0:function:f:1/durable-execution/order-1/1';
const at = '2026-11-22T08:12:04.000Z';
const all: readonly Stage[] = stages;

/** The order as it was when it had recorded these statuses. */
function record(recorded: readonly OrderStatus[], more: Partial<OrderRecord> = {}): OrderRecord {
  const { customerId = '', customerEmail = '', items = [] } = samples['high'] ?? {};
  return {
    orderId: 'order-1',
    status: recorded.at(-1) ?? 'validated',
    customerId,
    customerEmail,
    items,
    total: 3500,
    transitions: recorded.map((status) => ({ status, at })),
    executionArn,
    createdAt: at,
    updatedAt: at,
    listing: '2026-11-22#0',
    ...more,
  };
}

async function recover(order: OrderRecord | undefined, status: Ended = 'STOPPED') {
  const here = world();
  const flags: string[] = [];
  const detail = { durableExecutionArn: executionArn, durableExecutionName: 'order-1', status };
  const { result } = await execute(
    () => (event, context) =>
      recoverOrder(event as Parameters<typeof recoverOrder>[0], context, {
        ports: here.ports,
        orders: {
          read: async () => order,
          flag: async (_order, message) => {
            flags.push(message);
          },
        },
        settleSeconds: 60,
      }),
    { arn: `${executionArn}-recovery`, event: { detail } },
  );
  return { ...here, flags, result };
}

it('ends failed, for the reason that its customer may have read, when it was cancelled after that', async () => {
  const failure = { stage: 'pick-items', code: 'technical-failure', message: 'Down' } as const;
  const { notices, statuses, ended } = await recover(
    record(statusesUpTo(shipped - 1), { failure, cancelRequested: { at } }),
  );
  expect(notices).toMatchObject([{ kind: 'failed', failure }]);
  expect(statuses).toEqual(['failed']);
  expect(ended().failure).toEqual(failure);
});

const shipped = all.findIndex(({ id }) => id === pointOfNoReturn);
/** Every stretch of the workflow in which an execution may end: what was recorded by then. */
const stretches = all
  .slice(0, shipped)
  .flatMap((each, index) =>
    'status' in each
      ? [{ status: each.status as OrderStatus, recorded: statusesUpTo(index), last: index }]
      : [],
  );

function statusesUpTo(index: number): OrderStatus[] {
  return all
    .slice(0, index + 1)
    .flatMap((each) => ('status' in each ? [each.status as OrderStatus] : []));
}

/** The undos of all that was recorded, and of what may have begun behind it without being recorded. */
function undosOfStretch(last: number): UndoId[] {
  const sure = all.findIndex(
    (each, index) => index > last && 'status' in each && !('when' in each),
  );
  return all
    .slice(0, sure + 1)
    .flatMap((each) => ('undo' in each ? [each.undo as UndoId] : []))
    .reverse();
}

describe.each(stretches)(
  'an execution that ended when its order was $status',
  ({ recorded, last }) => {
    it.each([
      ['STOPPED', 'stopped'],
      ['TIMED_OUT', 'timed-out'],
      ['FAILED', 'technical-failure'],
    ] as const)(
      '(%s) is undone in reverse order and its order closed as failed',
      async (status, code) => {
        const { calls, notices, statuses, ended, result } = await recover(record(recorded), status);
        expect(calls).toEqual(undosOfStretch(last));
        expect(statuses).toEqual(['failed']);
        expect(notices.map(({ kind }) => kind)).toEqual(['failed']);
        expect(ended().failure?.code).toBe(code);
        expect(result).toEqual({ orderId: 'order-1', outcome: 'failed' });
      },
    );

    it('ends cancelled when that was asked for', async () => {
      const { calls, notices, statuses } = await recover(
        record(recorded, { cancelRequested: { at } }),
      );
      expect(calls).toEqual(undosOfStretch(last));
      expect(notices.map(({ kind }) => kind)).toEqual(['cancelled']);
      expect(statuses).toEqual(['cancelled']);
    });
  },
);

it.each([
  ['its hand-over has begun', record(statusesUpTo(shipped - 1), { handOver: at })],
  ['it is shipped', record(statusesUpTo(shipped))],
])('takes nothing back once %s, and flags the order', async (_, order) => {
  const { calls, notices, statuses, flags, result } = await recover(order);
  expect([...calls, ...notices, ...statuses]).toEqual([]);
  expect(flags).toEqual(['The execution of the order was stopped after its hand-over']);
  expect(result).toEqual({ orderId: 'order-1', outcome: 'flagged' });
});

it.each([
  ['has no item', undefined],
  ['has completed', record(['validated', 'completed'])],
  ['has failed by itself', record(['validated', 'failed'])],
  ['is of another execution', record(['validated'], { executionArn: 'another' })],
])('does nothing about an order that %s', async (_, order) => {
  const { calls, notices, statuses, flags, result } = await recover(order);
  expect([...calls, ...notices, ...statuses, ...flags]).toEqual([]);
  expect(result).toEqual({ orderId: 'order-1', outcome: 'nothing to do' });
});
