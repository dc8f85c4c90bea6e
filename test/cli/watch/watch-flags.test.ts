import { expect, it } from 'vitest';
import { watchAgain } from '../../../src/cli/watch/watch-flags.ts';

it('names the command that watches the same orders again', () => {
  expect(watchAgain({ all: true })).toBe('orders watch --all');
  expect(watchAgain({ all: true, status: ['validated', 'shipped'], since: '1h' })).toBe(
    'orders watch --status validated,shipped --since 1h',
  );
  expect(watchAgain({ all: false, customer: "O'Brien & Co" })).toBe(
    "orders watch --customer 'O'\\''Brien & Co'",
  );
});
