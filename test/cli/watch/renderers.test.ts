import { expect, it } from 'vitest';
import { chooseUi, obeyNoColor } from '../../../src/cli/terminal/terminal.ts';
import { plainLine } from '../../../src/cli/watch/plain-renderer.ts';
import { jsonRenderer, plainRenderer } from '../../../src/cli/watch/renderers.ts';
import { summarySentence } from '../../../src/cli/watch/result-text.ts';
import type { FollowEvent } from '../../../src/orders/watch/events.ts';
import { orderRecord } from '../../orders/record.ts';

const ts = '2026-11-22T08:12:05.000Z';
const orderId = 'order-7f3a91bcde';
const order = orderRecord(['validated']);
const events: FollowEvent[] = [
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

it('writes one plain fact a line, with its time and its order first', () => {
  let text = '';
  const renderer = plainRenderer((part) => {
    text += part;
  });
  for (const event of events) renderer.show(event);
  expect(text.split('\n')).toEqual([
    `${ts} ${orderId} validated elapsed=0.3s`,
    `${ts} ${orderId} heartbeat status=validated`,
    `${ts} ${orderId} step name=process-payment state=failed attempt=2 retry_in=1.4s error="Payment gateway 503"`,
    `${ts} ${orderId} gap reason="Rate \\"exceeded\\""`,
    `${ts} ${orderId} gap-end lasted=12s missed=2`,
    `${ts} ${orderId} end status=failed elapsed=1m24s exit=10 stage=process-payment code=payment-declined message="Declined"`,
    '',
  ]);
});

it('writes one JSON object a line, the last of them the end, and no snapshots', () => {
  let text = '';
  const renderer = jsonRenderer((part) => {
    text += part;
  });
  for (const event of events) renderer.show(event);
  const told = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(told.map(({ type }) => type)).toEqual([
    'status',
    'heartbeat',
    'step',
    'gap',
    'gap-end',
    'end',
  ]);
  expect(told.every(({ v }) => v === 1)).toBe(true);
  expect(told.at(-1)).toMatchObject({ exitCode: 10, failure: { code: 'payment-declined' } });
});

it('has lines about several orders together, and ends in one', () => {
  const summary = {
    type: 'end',
    ts,
    orders: 3,
    endings: { completed: 2, failed: 1 },
    exitCode: 13,
  } as const;
  expect(plainLine(summary)).toBe(`${ts} * end orders=3 completed=2 failed=1 exit=13`);
  const beat = { type: 'heartbeat', ts, running: 2 } as const;
  expect(plainLine(beat)).toBe(`${ts} * heartbeat running=2`);
  expect(summarySentence(summary, 'orders watch a b c')).toEqual({
    good: false,
    text: '3 orders: 2 completed, 1 failed',
    hint: 'orders list',
  });
  const left = { ...summary, endings: { completed: 1, detached: 2 }, exitCode: 130 } as const;
  expect(summarySentence(left, 'orders watch a b c')).toEqual({
    good: true,
    text: 'Detached; 1 completed, 2 keep running',
    hint: 'orders watch a b c',
  });
  const none = { ...summary, orders: 0, endings: {} };
  const said = (exitCode: 0 | 130) =>
    summarySentence({ ...none, exitCode }, 'orders watch --all').text;
  expect(said(0)).toBe('No orders are on their way');
  expect(said(130)).toBe('Stopped looking before any order was seen');
});

it('is live only where a person watches a terminal that is large enough, or where asked to be', () => {
  const screen = { isTTY: true, columns: 80, rows: 24 };
  expect(chooseUi('auto', screen, {})).toBe('live');
  expect(chooseUi('auto', screen, { CI: 'true' })).toBe('plain');
  expect(chooseUi('auto', screen, { TERM: 'dumb' })).toBe('plain');
  expect(chooseUi('auto', { ...screen, columns: 39 }, {})).toBe('plain');
  expect(chooseUi('auto', { isTTY: false }, {})).toBe('plain');
  expect(chooseUi('live', { isTTY: false }, { CI: '1' })).toBe('live');
});

it('tells the colour library of NO_COLOR in the words it understands', () => {
  const variables: NodeJS.ProcessEnv = { NO_COLOR: '1' };
  obeyNoColor(variables);
  expect(variables['FORCE_COLOR']).toBe('0');
});
