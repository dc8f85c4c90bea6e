import { expect, it } from 'vitest';
import type { ConsoleOrder } from '../../../src/orders/console/snapshot.ts';
import { sortOrders } from '../../../src/orders/console/sort-orders.ts';

const time = (minute: number) => `2026-11-22T08:${String(minute).padStart(2, '0')}:00.000Z`;

function order(orderId: string, minute: number, more: Partial<ConsoleOrder> = {}): ConsoleOrder {
  const at = time(minute);
  return {
    orderId,
    customerId: 'C-1',
    total: 100,
    status: 'validated',
    createdAt: at,
    updatedAt: at,
    ...more,
  };
}

const ids = (orders: readonly ConsoleOrder[]) => sortOrders(orders).map(({ orderId }) => orderId);

it('lists orders that need attention by urgency, then running orders, then the newest ends', () => {
  const orders = [
    order('completed-first', 1, { status: 'completed', updatedAt: time(20) }),
    order('completed-last', 0, { status: 'completed', updatedAt: time(30) }),
    order('running', 2),
    order('failed', 3, { status: 'failed', attention: 'failed' }),
    order('waiting', 4, { attention: 'waiting' }),
    order('flagged', 5, { attention: 'flagged' }),
    order('dead-letter', 6, { attention: 'dead-letter' }),
    order('review', 7, { attention: 'review' }),
    order('stuck', 8, { attention: 'stuck' }),
  ];
  const expected = [
    ...['stuck', 'review', 'dead-letter', 'flagged', 'waiting', 'failed'],
    ...['running', 'completed-last', 'completed-first'],
  ];
  expect(ids(orders)).toEqual(expected);
  expect(ids(orders.toReversed())).toEqual(expected);
});

it('puts the longest wait first, but the newest failure', () => {
  const review = { status: 'awaiting-review', attention: 'review' } as const;
  const failed = { status: 'failed', attention: 'failed' } as const;
  expect(ids([order('b', 2, review), order('a', 1, review)])).toEqual(['a', 'b']);
  expect(ids([order('a', 1, failed), order('b', 2, failed)])).toEqual(['b', 'a']);
});

it('keeps rows in place when a running order makes progress or a provider is tried again', () => {
  const running = [order('a', 1), order('b', 2), order('c', 2)];
  expect(ids(running)).toEqual(['a', 'b', 'c']);
  const [first, ...others] = running;
  expect(ids([...others, { ...first, updatedAt: time(9) } as ConsoleOrder])).toEqual([
    'a',
    'b',
    'c',
  ]);
  const wait = (since: string) => ({
    attention: 'waiting' as const,
    waitingFor: {
      provider: 'payments' as const,
      stage: 'process-payment' as const,
      attempt: 7,
      nextAt: time(40),
      since,
    },
  });
  const tried = order('a', 1, { ...wait(time(1)), updatedAt: time(9) });
  expect(ids([order('b', 2, wait(time(2))), tried])).toEqual(['a', 'b']);
});
