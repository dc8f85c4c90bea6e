import { beforeAll, describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import {
  stoppedFailure,
  technicalFailure,
  timedOutFailure,
} from '../../functions/contract/failure.ts';
import { samples } from '../../functions/contract/samples.ts';
import {
  type OrderStatus,
  pointOfNoReturn,
  stages,
  type UndoId,
} from '../../functions/contract/workflow.ts';
import { type AbnormalEnd, recoverOrder } from '../../functions/order-recovery/recover-order.ts';
import { execute } from './durable-service.ts';
import { createFakePorts } from './fake-ports.ts';

beforeAll(() => {
  process.env['AWS_LAMBDA_LOG_LEVEL'] = 'ERROR';
});

const executionArn = 'arn:aws:lambda:us-east-2:0:function:f:1/durable-execution/order-1/1';
const at = '2026-11-22T08:12:04.000Z';

/** An order that has recorded these statuses. */
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

async function recover(
  order: OrderRecord | undefined,
  status: AbnormalEnd = 'STOPPED',
  { eventArn = executionArn, ...more }: { eventArn?: string; attended?: true } = {},
) {
  const fake = createFakePorts();
  const flags: string[] = [];
  const detail = { durableExecutionArn: eventArn, durableExecutionName: 'order-1', status };
  const { result, error } = await execute(
    () => (event, context) =>
      recoverOrder(event as Parameters<typeof recoverOrder>[0], context, {
        ports: fake.ports,
        orders: {
          read: async () => order,
          flag: async (_order, message) => {
            flags.push(message);
          },
        },
        settleSeconds: 60,
      }),
    { arn: `${executionArn}-recovery`, event: { detail, ...more } },
  );
  return { ...fake, flags, result, error };
}

it('finds the order of an event whose ARN has another qualifier than that of the execution', async () => {
  const documented = executionArn.replace(':f:1/', ':f:$LATEST/');
  const { statuses, result } = await recover(record(['validated']), 'STOPPED', {
    eventArn: documented,
  });
  expect(statuses).toEqual(['failed']);
  expect(result).toEqual({ orderId: 'order-1', outcome: 'failed' });
});

it('ignores the event of another execution of the same function', async () => {
  const other = executionArn.replace(/\/1$/, '/2');
  const { statuses, result } = await recover(record(['validated']), 'STOPPED', { eventArn: other });
  expect(statuses).toEqual([]);
  expect(result).toEqual({ orderId: 'order-1', outcome: 'nothing to do' });
});

it('ends as failed if the failure was recorded before the cancellation', async () => {
  const failure = { stage: 'pick-items', code: technicalFailure, message: 'Down' } as const;
  const { notices, statuses, ended } = await recover(
    record(statusesUpTo(shipped - 1), { failure, cancelRequested: { at } }),
  );
  expect(notices).toMatchObject([{ kind: 'failed', failure }]);
  expect(statuses).toEqual(['failed']);
  expect(ended().failure).toEqual(failure);
});

const shipped = stages.findIndex(({ id }) => id === pointOfNoReturn);
/** Every status before the hand-over, with all statuses up to it. */
const situations = stages
  .slice(0, shipped)
  .flatMap((stage, index) =>
    'status' in stage
      ? [{ status: stage.status as OrderStatus, recorded: statusesUpTo(index), last: index }]
      : [],
  );

function statusesUpTo(index: number): OrderStatus[] {
  return stages
    .slice(0, index + 1)
    .flatMap((stage) => ('status' in stage ? [stage.status as OrderStatus] : []));
}

/** The undos of all recorded stages, and of later stages that may have started without a recorded status. */
function expectedUndos(last: number): UndoId[] {
  const next = stages.findIndex(
    (stage, index) => index > last && 'status' in stage && !('when' in stage),
  );
  return stages
    .slice(0, next + 1)
    .flatMap((stage) => ('undo' in stage ? [stage.undo as UndoId] : []))
    .reverse();
}

describe.each(situations)(
  'an execution that ended while its order was $status',
  ({ recorded, last }) => {
    it.each([
      ['STOPPED', stoppedFailure],
      ['TIMED_OUT', timedOutFailure],
      ['FAILED', technicalFailure],
    ] as const)(
      '(%s) is undone in reverse order, and its order is closed as failed',
      async (status, code) => {
        const { calls, notices, statuses, ended, result } = await recover(record(recorded), status);
        expect(calls).toEqual(expectedUndos(last));
        expect(statuses).toEqual(['failed']);
        expect(notices.map(({ kind }) => kind)).toEqual(['failed']);
        expect(ended().failure?.code).toBe(code);
        expect(result).toEqual({ orderId: 'order-1', outcome: 'failed' });
      },
    );

    it('ends as cancelled if a cancellation was requested', async () => {
      const { calls, notices, statuses } = await recover(
        record(recorded, { cancelRequested: { at } }),
      );
      expect(calls).toEqual(expectedUndos(last));
      expect(notices.map(({ kind }) => kind)).toEqual(['cancelled']);
      expect(statuses).toEqual(['cancelled']);
    });
  },
);

it.each([
  ['the start of the hand-over', record(statusesUpTo(shipped - 1), { handOver: at })],
  ['the shipment', record(statusesUpTo(shipped))],
])('undoes nothing after %s, flags the order, and fails', async (_, order) => {
  const { calls, notices, statuses, flags, error } = await recover(order);
  expect([...calls, ...notices, ...statuses]).toEqual([]);
  const message = 'The execution of the order was stopped after its hand-over';
  expect(flags).toEqual([message]);
  expect(error).toBe(message);
});

it('flags the order without a failure if a person started the recovery', async () => {
  const order = record(statusesUpTo(shipped));
  const { flags, result, error } = await recover(order, 'STOPPED', { attended: true });
  expect(flags).toHaveLength(1);
  expect(result).toEqual({ orderId: 'order-1', outcome: 'needs attention' });
  expect(error).toBeUndefined();
});

it('fails for an order that its own execution has flagged', async () => {
  const flagged = record(['validated', 'failed'], { flagged: true });
  const { calls, flags, error } = await recover(flagged, 'FAILED');
  expect([...calls, ...flags]).toEqual([]);
  expect(error).toBe('The execution of the order failed after its hand-over');
});

it.each(['FAILED', 'TIMED_OUT'] as const)(
  'fails if the execution ended before it wrote its order (%s)',
  async (status) => {
    const { calls, notices, statuses, error } = await recover(undefined, status);
    expect([...calls, ...notices, ...statuses]).toEqual([]);
    expect(error).toContain('before it wrote the order');
  },
);

it.each([
  ['was stopped before its first write', undefined],
  ['has completed', record(['validated', 'completed'])],
  ['has failed', record(['validated', 'failed'])],
  ['belongs to another execution', record(['validated'], { executionArn: 'another' })],
])('does nothing for an order that %s', async (_, order) => {
  const { calls, notices, statuses, flags, result } = await recover(order);
  expect([...calls, ...notices, ...statuses, ...flags]).toEqual([]);
  expect(result).toEqual({ orderId: 'order-1', outcome: 'nothing to do' });
});
