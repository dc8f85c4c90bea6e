import { expect, it } from 'vitest';
import { applyNoColor, chooseUi } from '../../../src/cli/terminal/terminal.ts';
import { formatPlainEvent } from '../../../src/cli/watch/plain-renderer.ts';
import { createJsonRenderer, createPlainRenderer } from '../../../src/cli/watch/renderers.ts';
import { formatSummary } from '../../../src/cli/watch/result-text.ts';
import type { WatchEvent } from '../../../src/orders/watch/events.ts';
import { orderRecord } from '../../orders/record.ts';

const ts = '2026-11-22T08:12:05.000Z';
const orderId = 'order-7f3a91bcde';
const order = orderRecord(['validated']);
const events: WatchEvent[] = [
  {
    type: 'status',
    ts,
    orderId,
    from: 'received',
    to: 'validated',
    seq: 1,
    elapsedMs: 300,
  },
  { type: 'snapshot', orderId, order },
  { type: 'heartbeat', ts, orderId, status: 'validated' },
  {
    type: 'step',
    ts,
    orderId,
    step: 'process-payment',
    state: 'failed',
    attempt: 2,
    retryInMs: 1400,
    error: { type: 'ProviderUnavailable', message: 'Payment gateway 503' },
  },
  {
    type: 'waiting',
    ts,
    orderId,
    provider: 'payments',
    stage: 'process-payment',
    attempt: 7,
    nextAt: '2026-11-22T08:15:05.000Z',
    since: '2026-11-22T08:00:00.000Z',
  },
  { type: 'execution', ts, orderId, status: 'PAUSING', reason: 'outage' },
  { type: 'paused', ts, orderId, reason: 'carrier "A" is down' },
  {
    type: 'heartbeat',
    ts,
    orderId,
    status: 'validated',
    pausedSince: '2026-11-22T08:09:05.000Z',
  },
  { type: 'resumed', ts, orderId, pausedMs: 192_000 },
  { type: 'gap', ts, orderId, reason: 'Rate "exceeded"' },
  { type: 'gap-end', ts, orderId, missed: 2, lastedMs: 12_000 },
  {
    type: 'end',
    ts,
    orderId,
    status: 'failed',
    ending: 'failed',
    exitCode: 10,
    elapsedMs: 84_000,
    failure: { stage: 'process-payment', code: 'payment-declined', message: 'Declined' },
  },
];

it('writes one line per event, with its time and order id first', () => {
  let text = '';
  const renderer = createPlainRenderer((part) => {
    text += part;
  });
  for (const event of events) renderer.show(event);
  expect(text.split('\n')).toEqual([
    `${ts} ${orderId} validated elapsed=0.3s`,
    `${ts} ${orderId} heartbeat status=validated`,
    `${ts} ${orderId} step name=process-payment state=failed attempt=2 retry_in=1.4s error="Payment gateway 503"`,
    `${ts} ${orderId} waiting for=payments step=process-payment attempt=7 next_in=3m00s since=2026-11-22T08:00:00.000Z`,
    `${ts} ${orderId} execution status=PAUSING reason="outage"`,
    `${ts} ${orderId} paused reason="carrier \\"A\\" is down"`,
    `${ts} ${orderId} heartbeat status=validated paused_for=3m00s`,
    `${ts} ${orderId} resumed paused_for=3m12s`,
    `${ts} ${orderId} gap reason="Rate \\"exceeded\\""`,
    `${ts} ${orderId} gap-end lasted=12s missed=2`,
    `${ts} ${orderId} end status=failed elapsed=1m24s exit=10 stage=process-payment code=payment-declined message="Declined"`,
    '',
  ]);
});

it('writes one JSON record per event, the end last, and no snapshots', () => {
  let text = '';
  const renderer = createJsonRenderer((part) => {
    text += part;
  });
  for (const event of events) renderer.show(event);
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(records.map(({ type }) => type)).toEqual([
    'status',
    'heartbeat',
    'step',
    'waiting',
    'execution',
    'paused',
    'heartbeat',
    'resumed',
    'gap',
    'gap-end',
    'end',
  ]);
  expect(records.every(({ v }) => v === 1)).toBe(true);
  expect(records.at(-1)).toMatchObject({ exitCode: 10, failure: { code: 'payment-declined' } });
});

it('formats the heartbeat and the summary of several orders', () => {
  const summary = {
    type: 'end',
    ts,
    orders: 3,
    endings: { completed: 2, failed: 1 },
    exitCode: 13,
  } as const;
  expect(formatPlainEvent(summary)).toBe(`${ts} * end orders=3 completed=2 failed=1 exit=13`);
  const heartbeat = { type: 'heartbeat', ts, running: 2 } as const;
  expect(formatPlainEvent(heartbeat)).toBe(`${ts} * heartbeat running=2`);
  expect(formatSummary(summary, { watchCommand: 'orders watch a b c', isGap: false })).toEqual({
    good: false,
    text: '3 orders: 2 completed, 1 failed',
    hint: 'orders list',
  });
  const detached = { ...summary, endings: { completed: 1, detached: 2 }, exitCode: 130 } as const;
  expect(formatSummary(detached, { watchCommand: 'orders watch a b c', isGap: false })).toEqual({
    good: true,
    text: 'Detached; 1 completed, 2 keep running',
    hint: 'orders watch a b c',
  });
  const gone = formatSummary(detached, { watchCommand: 'orders watch a b c', isGap: true });
  expect(gone.text).toBe('Detached; 1 completed, 2 running when last visible');
  const none = { ...summary, orders: 0, endings: {} };
  const textFor = (exitCode: 0 | 130) =>
    formatSummary({ ...none, exitCode }, { watchCommand: 'orders watch --all', isGap: false }).text;
  expect(textFor(0)).toBe('No orders are running');
  expect(textFor(130)).toBe('Stopped watching before the first poll');
});

it('chooses the live mode only on a large enough terminal, or on request', () => {
  const screen = { isTTY: true, columns: 80, rows: 24 };
  expect(chooseUi('auto', screen, {})).toBe('live');
  expect(chooseUi('auto', screen, { CI: 'true' })).toBe('plain');
  expect(chooseUi('auto', screen, { TERM: 'dumb' })).toBe('plain');
  expect(chooseUi('auto', { ...screen, columns: 39 }, {})).toBe('plain');
  expect(chooseUi('auto', { isTTY: false }, {})).toBe('plain');
  expect(chooseUi('live', { isTTY: false }, { CI: '1' })).toBe('live');
});

it('translates NO_COLOR to FORCE_COLOR=0, which Ink understands', () => {
  const variables: NodeJS.ProcessEnv = { NO_COLOR: '1' };
  applyNoColor(variables);
  expect(variables['FORCE_COLOR']).toBe('0');
});
