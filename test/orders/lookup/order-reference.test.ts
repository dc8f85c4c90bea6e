import { expect, it } from 'vitest';
import { newOrderId } from '../../../src/orders/actions/submit.ts';
import {
  isPrefix,
  parseReference,
  pickByPrefix,
} from '../../../src/orders/lookup/order-reference.ts';

const arn =
  'arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/order-7f3a91bcde/0a1b';

it('distinguishes ids, relative references and execution ARNs', () => {
  expect(parseReference('latest')).toEqual({ kind: 'recent', back: 1 });
  expect(parseReference('@-2')).toEqual({ kind: 'recent', back: 2 });
  expect(parseReference(arn)).toEqual({ kind: 'arn', arn, orderId: 'order-7f3a91bcde' });
  expect(parseReference('order-7f3a')).toEqual({ kind: 'id', text: 'order-7f3a' });
  for (const text of ['a b', '', '@-0', '@-', '@2', '@-1001']) {
    expect(() => parseReference(text)).toThrow('not an order id');
  }
});

it('requires four characters for a prefix, not counting "order-"', () => {
  expect(isPrefix('order-7f3')).toBe(false);
  expect(isPrefix('order-7f3a')).toBe(true);
  expect(isPrefix('7f3a')).toBe(true);
});

it('finds the id of a prefix, and rejects a prefix of several ids', () => {
  const ids = ['order-7f3a91bcde', 'order-7f3a91bcde', 'order-90bb2c0000', 'web-5512'];
  expect(pickByPrefix('7f3a', ids)).toBe('order-7f3a91bcde');
  expect(pickByPrefix('order-90bb', ids)).toBe('order-90bb2c0000');
  expect(pickByPrefix('nope', ids)).toBeUndefined();
  expect(() => pickByPrefix('order-', ids)).toThrow('matches 2 orders');
});

it('creates unique ids that are valid execution names', () => {
  const ids = new Set(Array.from({ length: 1000 }, newOrderId));
  expect(ids.size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^order-[0-9a-z]{10}$/);
});
