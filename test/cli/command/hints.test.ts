import { expect, it } from 'vitest';
import { hintFor } from '../../../src/cli/command/hints.ts';

it('names the environment in a command of ours that is not about the default one', () => {
  const dev = { envFlag: '-e dev' };
  expect(hintFor(dev, 'orders watch order-1')).toBe('orders watch -e dev order-1');
  expect(hintFor(dev, 'orders versions prune')).toBe('orders versions prune -e dev');
  expect(hintFor(dev, 'orders dead-letters list --json')).toBe(
    'orders dead-letters list -e dev --json',
  );
  expect(hintFor(dev, 'orders list')).toBe('orders list -e dev');
  expect(hintFor({ envFlag: '' }, 'orders list')).toBe('orders list');
});

it('leaves alone what names one already, what is about the machine, and what is no command', () => {
  const dev = { envFlag: '-e dev' };
  for (const hint of ['orders deploy -e dev', 'orders local status', 'give more of the id']) {
    expect(hintFor(dev, hint)).toBe(hint);
  }
});
