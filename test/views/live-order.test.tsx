import { renderToString } from 'ink';
import { expect, it } from 'vitest';
import { orderFrame } from '../../src/views/live-order.tsx';
import { orderRecord } from '../orders/record.ts';

const format = {
  target: 'local',
  timeScale: 1,
  format: (ms: number) => `${Math.ceil(ms / 1000)}s`,
  clock: (at: number) => new Date(at).toISOString().slice(11, 19),
};
const facts = {
  invocations: 1,
  replays: 0,
  retries: 0,
  activeMs: 400,
  waitingMs: 300_000,
  attempts: {},
};

it('counts down the wait that is on, also while the history knows only the one before', () => {
  const order = orderRecord(['validated', 'awaiting-warehouse', 'packaged', 'awaiting-pickup']);
  const began = Date.now() - 60_000;
  const at = new Date(began).toISOString();
  const transitions = order.transitions.map((each) => ({ ...each, at }));
  const work = { ...facts, wait: { name: 'await-warehouse', endsAt: began - 1000 } };
  const shown = {
    orderId: order.orderId,
    status: order.status,
    order: { ...order, transitions },
    work,
  };
  const frame = orderFrame(shown, format, { columns: 80, rows: 24, since: began });
  expect(renderToString(frame)).toMatch(/awaiting-pickup · resumes [\d:]+, in (119|120)s/);
});

it('believes the history about how long the wait at work is', () => {
  const order = orderRecord(['validated', 'awaiting-warehouse']);
  const work = { ...facts, wait: { name: 'await-warehouse', endsAt: Date.now() + 20_000 } };
  const shown = { orderId: order.orderId, status: order.status, order, work };
  const frame = orderFrame(shown, format, { columns: 80, rows: 24, since: Date.now() });
  expect(renderToString(frame)).toMatch(/awaiting-warehouse · resumes [\d:]+, in (19|20)s/);
});
