import type { OrderRecord } from '../../../functions/contract/api.ts';
import { parseMix } from '../../../src/orders/load-test/mix.ts';
import type { ObservedOrder } from '../../../src/orders/load-test/observed-orders.ts';
import { planOrders } from '../../../src/orders/load-test/plan.ts';
import type { ToolUsage } from '../../../src/orders/load-test/resource-meter.ts';
import { orderRecord } from '../record.ts';

export const arnOf = (orderId: string) =>
  `arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/${orderId}/1`;
export const submittedAt = Date.parse('2026-11-22T08:12:04.000Z');

export const usage: ToolUsage = {
  cpuSeconds: 1,
  cpuShare: 0.1,
  peakMemoryBytes: 150e6,
  eventLoopDelayMs: { p99: 2, max: 9 },
};

/** Creates observed orders that pass every check. */
export function correctOrders(mix: string, count: number): ObservedOrder[] {
  return planOrders({ count, mix: parseMix(mix), seed: 1, round: 1 }).map((planned) => {
    const { orderId, order, total, expected } = planned;
    const { status, stage, code, statuses, execution, warnings } = expected;
    const { customerId, customerEmail, items } = order;
    const record = orderRecord(statuses, {
      customerId,
      customerEmail,
      items,
      orderId,
      total,
      status,
      executionArn: arnOf(orderId),
      ...(stage && code ? { failure: { stage, code, message: 'no' } } : {}),
      ...(warnings.length > 0
        ? { warnings: warnings.map((warning) => ({ stage: warning, message: 'no' })) }
        : {}),
    });
    return {
      ...planned,
      submittedAt,
      acceptedMs: 20,
      endedMs: statuses.length * 1000,
      record,
      executions: [{ orderId, arn: arnOf(orderId), status: execution }],
    };
  });
}

/** Returns the orders with a changed item of the order at `index`. */
export function withRecord(
  orders: readonly ObservedOrder[],
  index: number,
  change: (record: OrderRecord) => Partial<OrderRecord> | undefined,
): ObservedOrder[] {
  return orders.map((order, position) => {
    if (position !== index) return order;
    const record = order.record as OrderRecord;
    const changes = change(record);
    return { ...order, record: changes && { ...record, ...changes } };
  });
}
