import { expect, it } from 'vitest';
import { orderPath, pathPosition, pathToStore } from '../../functions/contract/path.ts';
import { statuses } from '../../functions/contract/workflow.ts';

it('includes the credit check for large orders only', () => {
  expect(orderPath({ total: 1000 })).not.toContain('credit-checked');
  expect(orderPath({ total: 1000.01 })).toContain('credit-checked');
});

it('returns the stored path of an order even if the workflow has changed', () => {
  const path = ['validated', 'of-an-earlier-version', 'completed'];
  expect(orderPath({ path, total: 5000 })).toEqual(path);
});

it('derives the path of a new order from the current workflow, whether it is stored or not', () => {
  for (const total of [0, 91.98, 1000, 5000]) {
    const path = pathToStore(total) ?? orderPath({ total });
    expect(statuses.filter((status) => path.includes(status))).toEqual(path);
  }
});

it('places a review before the status of its stage, and failed orders at the end', () => {
  const path = orderPath({ total: 5000 });
  const position = pathPosition(path, 'awaiting-review') ?? 0;
  expect(position).toBeGreaterThan(pathPosition(path, 'inventory-reserved') ?? 0);
  expect(position).toBeLessThan(pathPosition(path, 'fraud-checked') ?? 0);
  expect(pathPosition(path, 'failed')).toBe(path.length);
  expect(pathPosition(orderPath({ total: 1 }), 'credit-checked')).toBeUndefined();
});
