import { expect, it } from 'vitest';
import { addEnvFlag } from '../../../src/cli/command/hints.ts';

it('adds the flag of an environment that is not the default to an orders command', () => {
  const dev = { envFlag: '-e dev' };
  expect(addEnvFlag(dev, 'orders watch order-1')).toBe('orders watch -e dev order-1');
  expect(addEnvFlag(dev, 'orders versions prune')).toBe('orders versions prune -e dev');
  expect(addEnvFlag(dev, 'orders dead-letters list --json')).toBe(
    'orders dead-letters list -e dev --json',
  );
  expect(addEnvFlag(dev, 'orders list')).toBe('orders list -e dev');
  expect(addEnvFlag({ envFlag: '' }, 'orders list')).toBe('orders list');
});

it('changes no hint that has the flag, that is about the local runtime or that is no command', () => {
  const dev = { envFlag: '-e dev' };
  for (const hint of ['orders deploy -e dev', 'orders local status', 'give more of the id']) {
    expect(addEnvFlag(dev, hint)).toBe(hint);
  }
});
