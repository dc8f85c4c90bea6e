import { expect, it } from 'vitest';
import { formatCost } from '../../../src/cli/orders/cost-table.ts';
import { calculateCost } from '../../../src/orders/cost/cost.ts';
import type { OrderUsage, TableUsage } from '../../../src/orders/cost/measure.ts';

const tableUsage = (writes: number, more: Partial<TableUsage> = {}): TableUsage => ({
  writes,
  writeUnits: writes,
  indexWrites: 0,
  indexWriteUnits: 0,
  reads: 0,
  readUnits: 0,
  ...more,
});

const usage: OrderUsage = {
  operations: 18,
  checkpoints: 31,
  checkpointBytes: 10_000,
  invocations: 3,
  durationMs: 200,
  gigabyteSeconds: 0.1,
  intake: { invocations: 1, durationMs: 20, gigabyteSeconds: 0.005 },
  tables: {
    OrdersTable: tableUsage(15, { writeUnits: 20, indexWrites: 12, indexWriteUnits: 12 }),
    ProductsTable: tableUsage(2, { reads: 1, readUnits: 2 }),
    LoyaltyTable: tableUsage(2),
    PaymentsTable: tableUsage(1),
    ProviderCallsTable: tableUsage(13),
  },
  writeRequests: {
    OrdersTable: 13,
    'LoyaltyTable+ProviderCallsTable': 1,
    'PaymentsTable+ProviderCallsTable': 1,
    ProviderCallsTable: 9,
  },
  logBytes: 10_000,
  logEvents: 25,
};

it('prices the measured resources', () => {
  const { lines, perMillion, simulatedPerMillion, apiPerMillion } = calculateCost(usage);
  const dollars = Object.fromEntries(lines.map((line) => [line.id, line.perMillion]));
  expect(dollars).toEqual({
    operations: 144,
    checkpoints: undefined,
    'checkpoint-bytes': 2.85,
    invocations: 0.6,
    'gigabyte-seconds': 1.33,
    'orders-writes': 12.5,
    'index-writes': 7.5,
    'shop-writes': 2.5,
    'simulated-writes': 8.75,
    'write-requests': undefined,
    'simulated-requests': undefined,
    'write-units': undefined,
    reads: 0.25,
    'log-bytes': 5,
    'api-requests': 3.5,
    'intake-invocations': 0.27,
  });
  expect(apiPerMillion).toBe(3.77);
  expect(perMillion).toBe(189.05);
  expect(simulatedPerMillion).toBe(8.75);
});

it('counts the write requests of simulated services separately, and the units of all tables', () => {
  const quantities = Object.fromEntries(
    calculateCost(usage).lines.map(({ id, quantity }) => [id, quantity]),
  );
  expect(quantities).toMatchObject({
    'write-requests': 14,
    'simulated-requests': 10,
    'write-units': 20 + 12 + 2 + 2 + 1 + 13,
  });
});

it('explains quantities that are higher than the original', () => {
  const options = { header: true, stream: process.stdout };
  const text = formatCost(calculateCost(usage), 'low', options);
  expect(text).toMatch(/^durable operations +18 +18 +\$144\.00$/m);
  expect(text).toContain('writes to the orders index: lists orders by day');
  expect(text).toContain('checkpoint calls: the SDK');
  expect(text).not.toContain('writes to the orders table:');
  const fewer = formatCost(calculateCost({ ...usage, checkpoints: 28 }), 'low', options);
  expect(fewer).not.toContain('checkpoint calls: ');
});

it('breaks its notes between words to fit the terminal', () => {
  const options = { header: true, stream: process.stdout, width: 60 };
  const text = formatCost(calculateCost(usage), 'low', options);
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(60);
  expect(text).toContain('the SDK batches checkpoints only if\n  calls take longer');
});
