import { expect, it } from 'vitest';
import { formatCanaryResult, formatDecision } from '../../../src/cli/deploy/canary-text.ts';
import { formatVersions } from '../../../src/cli/deploy/versions-table.ts';
import type { CanaryResult } from '../../../src/deploy/canary/run.ts';
import type { Version } from '../../../src/deploy/versions.ts';

const result: CanaryResult = {
  action: 'rollback',
  by: 'orders',
  reasons: ['2 of 3 orders failed'],
  live: '6',
  canary: '7',
  weight: 0.1,
  orders: [
    { orderId: 'order-a', status: 'FAILED' },
    { orderId: 'order-bb', status: 'RUNNING' },
  ],
  durationMs: 1,
};

it('lists the orders of a refused version, and the commands for orders that still run', () => {
  expect(formatDecision(result)).toBe(
    'rolled back: version 6 gets all new orders, judged by its orders',
  );
  expect(formatCanaryResult(result)).toBe(
    `  2 of 3 orders failed
2 orders ran on version 7:
  order-a   FAILED
  order-bb  RUNNING
1 still runs on version 7. Leave them as they are, or:
  orders pause order-bb
  orders cancel order-bb
`,
  );
});

it('names no commands after a shift, nor a line of many ids', () => {
  const shift = { ...result, action: 'shift' as const };
  expect(formatCanaryResult(shift)).not.toContain('orders pause');
  const orders = Array.from({ length: 11 }, (_, i) => ({ orderId: `o${i}`, status: 'RUNNING' }));
  expect(formatCanaryResult({ ...result, orders })).toContain(
    '11 still run on version 7. Leave them as they are, or:\n  orders pause -\n  orders cancel -\n',
  );
});

it('shows the share of each version while a canary is open', () => {
  const version = (of: Pick<Version, 'version' | 'live' | 'share'>): Version => ({
    of: 'workflow',
    functionName: 'orders-workflow',
    running: 0,
    description: '',
    published: '2026-11-29T00:00:00.000Z',
    ...of,
  });
  const table = formatVersions(
    [
      version({ version: '3', live: false, share: 0.1 }),
      version({ version: '2', live: true, share: 0.9 }),
      version({ version: '1', live: false }),
    ],
    {
      now: Date.parse('2026-11-29T00:01:00Z'),
      header: false,
      stream: process.stdout,
      width: undefined,
    },
  );
  const states = table.split('\n').map((line) => line.split(/\s{2,}/)[2]);
  expect(states.slice(0, 3)).toEqual(['canary 10%', 'live 90%', 'old']);
});
