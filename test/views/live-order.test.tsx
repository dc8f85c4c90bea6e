import { renderToString } from 'ink';
import { expect, it } from 'vitest';
import type { ProviderWait } from '../../functions/contract/providers.ts';
import { orderFrame } from '../../src/views/live-order.tsx';
import { orderRecord } from '../orders/record.ts';

const format = {
  target: 'local',
  timeScale: 1,
  format: (ms: number) => `${Math.ceil(ms / 1000)}s`,
  clock: (at: number) => new Date(at).toISOString().slice(11, 19),
};
const secondOfDay = (clock: string) => {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
};
const facts = {
  invocations: 1,
  replays: 0,
  retries: 0,
  activeMs: 400,
  waitingMs: 300_000,
  attempts: {},
};

it('counts down the current wait while the history contains only an earlier one', () => {
  const order = orderRecord(['validated', 'awaiting-warehouse', 'packaged', 'awaiting-pickup']);
  const startedAt = Date.now() - 60_000;
  const at = new Date(startedAt).toISOString();
  const transitions = order.transitions.map(({ status }) => ({ status, at }));
  const work = { ...facts, wait: { name: 'await-warehouse', endsAt: startedAt - 1000 } };
  const shown = {
    orderId: order.orderId,
    status: order.status,
    order: { ...order, transitions },
    work,
  };
  const frame = orderFrame(shown, format, { columns: 80, rows: 24, since: startedAt });
  expect(renderToString(frame)).toMatch(/awaiting-pickup · resumes [\d:]+, in (119|120)s/);
});

it('takes the length of the current wait from the history', () => {
  const order = orderRecord(['validated', 'awaiting-warehouse']);
  const work = { ...facts, wait: { name: 'await-warehouse', endsAt: Date.now() + 20_000 } };
  const shown = { orderId: order.orderId, status: order.status, order, work };
  const frame = orderFrame(shown, format, { columns: 80, rows: 24, since: Date.now() });
  expect(renderToString(frame)).toMatch(/awaiting-warehouse · resumes [\d:]+, in (19|20)s/);
});

it('shows which provider an order waits for, and expects its end after the next attempt', () => {
  const order = orderRecord(['validated', 'inventory-checked']);
  const failedAt = new Date(Date.now() - 60_000).toISOString();
  const waitingFor: ProviderWait = {
    ...({ provider: 'payments', stage: 'process-payment', attempt: 7 } as const),
    ...{ failedAt, delaySeconds: 240 },
  };
  const shown = { orderId: order.orderId, status: order.status, work: facts };
  const frame = orderFrame({ ...shown, order: { ...order, waitingFor } }, format, {
    ...{ columns: 80, rows: 24, since: Date.now() },
  });
  const text = renderToString(frame);
  expect(text).toMatch(/waiting for payments, attempt 7, next in (179|180)s/);
  const [, eta = ''] = /ETA ([\d:]+)/.exec(text) ?? [];
  // A time of day, which starts again at midnight.
  const etaSeconds = (secondOfDay(eta) - secondOfDay(format.clock(Date.now())) + 86_400) % 86_400;
  expect(etaSeconds).toBeGreaterThan(170);
});

it('shows how long and why an order is paused, without an ETA', () => {
  const order = orderRecord(['validated', 'inventory-checked']);
  const shown = { orderId: order.orderId, status: order.status, order, work: facts };
  const render = (more: object) =>
    renderToString(
      orderFrame({ ...shown, ...more }, format, { columns: 80, rows: 24, since: Date.now() }),
    );
  const ts = new Date(Date.now() - 60_000).toISOString();
  const paused = render({ pause: { ts, reason: 'carrier outage' } });
  expect(paused).toMatch(/paused for (60|61)s: carrier outage/);
  expect(paused).toContain(`orders resume ${order.orderId}`);
  expect(paused).not.toContain('ETA');
  expect(render({})).toContain('ETA');
  expect(render({ executionStatus: 'PAUSING' })).toContain('execution is PAUSING');
});
