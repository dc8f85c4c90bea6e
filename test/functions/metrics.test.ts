import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Order } from '../../functions/contract/order.ts';
import { samples } from '../../functions/contract/samples.ts';
import type { OrderMetric } from '../../functions/order-workflow/ports.ts';
import { embeddedMetrics } from '../../functions/order-workflow/services/metrics.ts';

const placed = { orderId: 'order-1', order: samples['low'] as Order, totalMinor: 9198 };
let lines: string[];

beforeEach(() => {
  vi.stubEnv('STACK_NAME', 'shop');
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function count(metric: OrderMetric) {
  embeddedMetrics.count(placed, metric);
  return JSON.parse(lines[0] ?? 'null');
}

it('counts an order and its total by stack, in the format of CloudWatch', () => {
  expect(count({ event: 'completed' })).toEqual({
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: 'Orders',
          Dimensions: [['Stack']],
          Metrics: [
            { Name: 'OrdersCompleted', Unit: 'Count' },
            { Name: 'OrdersCompletedTotal', Unit: 'None' },
          ],
        },
      ],
    },
    Stack: 'shop',
    orderId: 'order-1',
    OrdersCompleted: 1,
    OrdersCompletedTotal: 91.98,
  });
});

it('counts failures by their code as well, without data of the customer', () => {
  const line = count({ event: 'failed', code: 'payment-declined' });
  expect(line._aws.CloudWatchMetrics[0].Dimensions).toEqual([['Stack'], ['Stack', 'FailureCode']]);
  expect(line).toMatchObject({ FailureCode: 'payment-declined', OrdersFailed: 1 });
  expect(lines.join()).not.toMatch(/@|CUST/);
});

it('writes nothing outside a stack', () => {
  vi.stubEnv('STACK_NAME', undefined);
  expect(count({ event: 'accepted' })).toBeNull();
});
