import { describe, expect, it } from 'vitest';
import { actions } from '../../../../src/cli/console/actions/index.ts';
import { clipboardSequence } from '../../../../src/cli/console/actions/view-actions.ts';
import { allBindings, ownBindings } from '../../../../src/cli/console/key-map.ts';
import type { ConsoleAction } from '../../../../src/cli/console/types.ts';
import type { ConsoleOrder } from '../../../../src/orders/console/snapshot.ts';
import { consoleOrder } from './console-order.ts';

function action(name: string): ConsoleAction {
  const found = actions.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`there is no action ${name}`);
  return found;
}

it('has a key for each action that the console does not use otherwise', () => {
  const keys = allBindings(actions).flatMap((binding) => binding.keys);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.length).toBe(ownBindings.flatMap((binding) => binding.keys).length + actions.length);
});

it.each<[string, Partial<ConsoleOrder>, string]>([
  ['cancel', { status: 'failed' }, 'is already failed and can no longer be cancelled'],
  ['cancel', { status: 'shipped' }, 'is with the carrier (shipped) and can no longer be cancelled'],
  ['cancel', { status: 'received' }, 'has just started and cannot be cancelled yet'],
  ['retry', { status: 'completed' }, 'is completed: a retry would charge the customer twice'],
  ['retry', { status: 'packaged' }, 'is still running (packaged): a retry would charge'],
  ['retry', { status: 'received' }, 'has just started: a retry would charge the customer twice'],
  [
    'retry',
    { status: 'failed', attention: 'flagged' },
    'was handed to the carrier and not refunded',
  ],
  ['approve', { status: 'packaged' }, 'does not wait for a review; its status is packaged'],
  ['reject', { status: 'cancelled' }, 'does not wait for a review; its status is cancelled'],
  ['pause', { status: 'completed' }, 'has ended (completed)'],
  ['pause', { isPaused: true }, 'is already paused'],
  ['resume', {}, 'is not paused'],
])('refuses to %s an order that is %o', (name, order, reason) => {
  expect(action(name).refusal(consoleOrder(order))).toContain(reason);
});

it.each<[string, Partial<ConsoleOrder>]>([
  ['cancel', { status: 'awaiting-review' }],
  ['retry', { status: 'failed' }],
  ['approve', { status: 'awaiting-review' }],
  ['pause', { status: 'packaged' }],
  ['resume', { isPaused: true }],
  ['repair', { status: 'completed' }],
])('may %s an order that is %o', (name, order) => {
  expect(action(name).refusal(consoleOrder(order))).toBeUndefined();
});

describe('the description of an action', () => {
  const describeAction = (name: string, ...orders: Partial<ConsoleOrder>[]) =>
    action(name).describe(orders.map(consoleOrder));

  it('states what is refunded and released, and what cannot be undone', () => {
    const text = describeAction('cancel', { status: 'awaiting-pickup' });
    expect(text).toContain('Cancel order-7f3a91bcde, which cannot be undone: ');
    expect(text).toContain('$91.98 is refunded, the reserved stock is released, the invoice is');
    expect(text).toContain('the shipping label is cancelled');
  });

  it('sums only the totals of orders that were charged', () => {
    const running = { status: 'validated' } as const;
    const text = describeAction('cancel', {}, {}, running);
    expect(text).toContain('Cancel 3 orders, which cannot be undone: ');
    expect(text).toContain('$183.96 is refunded (2 orders), the reserved stock is released.');
    expect(describeAction('cancel', running)).toContain(': no charge is recorded yet.');
  });

  it('states that a retry charges the customer, and the id of the new order', () => {
    expect(describeAction('retry', { status: 'failed' })).toMatch(
      /again as order-7f3a91bcde-r2: the customer is charged \$91\.98/,
    );
    expect(describeAction('retry', {}, {})).toContain('charged $183.96 in all');
  });

  it('states that a decision is final', () => {
    const order = { status: 'awaiting-review' } as const;
    expect(describeAction('reject', order)).toMatch(
      /which is final: \$91\.98 is refunded, .*, and the order ends as failed/,
    );
    expect(describeAction('approve', order)).toMatch(/\(\$91\.98\), which is final: .*continues/);
  });
});

it('copies a text with the control sequence of the terminal', () => {
  const sequence = clipboardSequence('order-ä\norder-b');
  expect(sequence.startsWith('\u001b]52;c;')).toBe(true);
  expect(sequence.endsWith('\u0007')).toBe(true);
  expect(Buffer.from(sequence.slice(7, -1), 'base64').toString()).toBe('order-ä\norder-b');
});
