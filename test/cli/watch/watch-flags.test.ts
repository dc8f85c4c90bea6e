import { expect, it } from 'vitest';
import { formatWatchCommand } from '../../../src/cli/watch/watch-flags.ts';

it('returns the command that watches the same orders again', () => {
  expect(formatWatchCommand({ all: true })).toBe('orders watch --all');
  expect(formatWatchCommand({ all: true, status: ['validated', 'shipped'], since: '1h' })).toBe(
    'orders watch --status validated,shipped --since 1h',
  );
  expect(formatWatchCommand({ all: false, customer: "O'Brien & Co" })).toBe(
    "orders watch --customer 'O'\\''Brien & Co'",
  );
});
