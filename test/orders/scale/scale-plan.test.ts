import { describe, expect, it } from 'vitest';
import { calculateCost } from '../../../src/orders/cost/cost.ts';
import { recommendListingShards } from '../../../src/orders/scale/listing-partitions.ts';
import { orderUse } from '../../../src/orders/scale/order-use.ts';
import { readRateSettings } from '../../../src/orders/scale/rate-settings.ts';
import { planScale } from '../../../src/orders/scale/scale-plan.ts';

const { usage } = orderUse;

function plan(
  rate: number,
  { region = 'us-east-2', via = 'invoke' as 'invoke' | 'api', parameters = {} } = {},
) {
  return planScale(orderUse, { rate, region, via, settings: readRateSettings(parameters) });
}

function requirement(id: string, planned: ReturnType<typeof plan>) {
  const found = planned.requirements.find((each) => each.id === id);
  if (!found) throw new Error(`there is no requirement ${id}`);
  return found;
}

describe('the needs of a rate', () => {
  it('are the measured use of an order, times the rate', () => {
    const planned = plan(100);
    expect(requirement('starts', planned).needed).toBe(100);
    expect(requirement('checkpoints', planned).needed).toBe(100 * usage.checkpoints);
    expect(requirement('log-requests', planned).needed).toBe(100 * usage.invocations);
    const { writeUnits = 0, indexWriteUnits = 0 } = usage.tables['OrdersTable'] ?? {};
    expect(requirement('orders-writes', planned).needed).toBe(100 * writeUnits);
    expect(requirement('index-writes', planned).needed).toBe(100 * indexWriteUnits);
    expect(planned.logEvents).toBe(100 * usage.logEvents);
    expect(planned.logBytes).toBe(100 * usage.logBytes);
  });

  it('include the orders that wait, but no environment for them', () => {
    const planned = plan(100, {
      parameters: { WarehouseWaitSeconds: '1000', PickupWaitSeconds: '0' },
    });
    const activeSeconds = usage.durationMs / 1000;
    expect(requirement('running', planned).needed).toBe(Math.ceil(100 * (1000 + activeSeconds)));
    expect(requirement('concurrency', planned).needed).toBe(Math.ceil(100 * activeSeconds));
  });

  it('fit into the default quotas at ten orders a second', () => {
    expect(plan(10)).toMatchObject({ exceeded: [], divisions: 1 });
    expect(plan(10, { via: 'api' })).toMatchObject({ exceeded: [], divisions: 1 });
  });

  it('are within each limit up to the highest rate of the limit, and not above', () => {
    for (const { id, maxRate } of plan(1, { via: 'api' }).requirements) {
      const rate = Math.floor(maxRate);
      expect(requirement(id, plan(rate, { via: 'api' })).verdict, id).toBe('within');
      expect(requirement(id, plan(rate + 1, { via: 'api' })).verdict, id).not.toBe('within');
    }
  });

  it('name the page of AWS for each limit', () => {
    for (const { source } of plan(10, { via: 'api' }).requirements) {
      expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
    }
  });
});

it('names the limit that the lowest rate reaches', () => {
  const { first, requirements } = plan(10);
  expect(first.rate).toBe(Math.min(...requirements.map(({ maxRate }) => maxRate)));
  expect(plan(first.rate - 1).exceeded).toEqual([]);
  expect(plan(first.rate + 1).exceeded).toContain(first.id);
});

it('requires as many listing shards as the rate needs, and names the parameter', () => {
  const { indexWriteUnits = 0 } = usage.tables['OrdersTable'] ?? {};
  const load = { ordersPerSecond: 3_000, unitsPerOrder: indexWriteUnits };
  const shards = recommendListingShards(load);
  const planned = plan(3_000);
  expect(planned.listingShards).toBe(shards);
  expect(requirement('listing', planned)).toMatchObject({
    verdict: 'set',
    fix: `ListingShards=${shards}`,
  });
  const enough = plan(3_000, { parameters: { ListingShards: String(shards) } });
  expect(requirement('listing', enough).verdict).toBe('within');
  expect(requirement('listing', plan(100_000)).verdict).toBe('exceeded');
});

it('uses the higher quotas of the large Regions', () => {
  const small = plan(400);
  const large = plan(400, { region: 'us-east-1' });
  expect(small.exceeded).toContain('checkpoints');
  expect(large.exceeded).not.toContain('checkpoints');
  expect(requirement('events', plan(1_000, { region: 'eu-north-1' })).limit).toBeLessThan(
    requirement('events', small).limit,
  );
});

it('adds the API and the function behind it for orders through the API', () => {
  const planned = plan(200, { via: 'api' });
  expect(requirement('api-requests', planned).needed).toBe(200);
  expect(requirement('api-rate-limit', planned)).toMatchObject({
    verdict: 'set',
    fix: 'ApiRateLimit=200',
  });
  expect(requirement('log-requests', planned).needed).toBe(
    200 * (usage.invocations + usage.intake.invocations),
  );
  expect(() => requirement('api-requests', plan(200))).toThrow();
});

it('costs as much as the orders of a day', () => {
  const { perMillion, apiPerMillion } = calculateCost(usage);
  expect(plan(10, { via: 'api' }).dollarsPerDay).toBeCloseTo(0.864 * perMillion, 1);
  expect(plan(10).dollarsPerDay).toBeCloseTo(0.864 * (perMillion - apiPerMillion), 1);
});
