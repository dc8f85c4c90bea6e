import { stripVTControlCharacters, styleText } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { formatEvents, formatSteps } from '../../../src/cli/history/steps-and-events.ts';
import { formatTimeline } from '../../../src/cli/history/timeline-chart.ts';
import { formatOrder } from '../../../src/cli/orders/get-text.ts';
import { formatEvent } from '../../../src/cli/watch/event-text.ts';
import type { HistoryEvent } from '../../../src/workflow/history-event.ts';
import { statusStyle } from '../../../src/workflow/status-style.ts';
import { buildTimeline } from '../../../src/workflow/timeline.ts';
import { orderRecord } from '../../orders/record.ts';
import { createFakeTerminal } from './fake-terminal.ts';

beforeAll(() => {
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS'])
    vi.stubEnv(name, undefined);
});
afterAll(() => void vi.unstubAllEnvs());

const colored = createFakeTerminal(100, { colors: true });
const plain = createFakeTerminal(100);
const begin = Date.parse('2026-11-22T08:12:04.000Z');
const at = (ms: number) => new Date(begin + ms).toISOString();
const error = { type: 'OrderRejected.damaged', message: 'The items are damaged' };
const events: HistoryEvent[] = [
  { type: 'ExecutionStarted', at: at(0) },
  { type: 'WaitStarted', at: at(10), name: 'await-warehouse', waitMs: 1000 },
  { type: 'WaitSucceeded', at: at(1010), name: 'await-warehouse' },
  { type: 'StepStarted', at: at(1020), name: 'pick-items' },
  { type: 'StepSucceeded', at: at(1060), name: 'pick-items', attempt: 1 },
  { type: 'StepStarted', at: at(1070), name: 'quality-check' },
  { type: 'StepFailed', at: at(1200), name: 'quality-check', attempt: 1, error },
  { type: 'StepStarted', at: at(1210), name: 'return-items' },
  { type: 'StepSucceeded', at: at(1300), name: 'return-items', attempt: 1 },
  { type: 'ExecutionSucceeded', at: at(1300) },
].map((event, index) => ({ seq: index + 1, ...event, ...(event.name ? { id: event.name } : {}) }));
const timeline = buildTimeline(events, begin);

function chart(stream: NodeJS.WriteStream): string {
  if (!timeline) throw new Error('no timeline');
  return formatTimeline(timeline, { width: 100, linear: false, timeScale: 1, stream });
}

const start = (color: 'red' | 'yellow' | 'green' | 'dim') =>
  styleText(color, 'x', { validateStream: false }).split('x')[0] ?? '';
const lineWith = (text: string, part: string) =>
  text.split('\n').find((line) => line.includes(part)) ?? '';

it('marks a failed step and an undo in the chart with a color and a sign', () => {
  const text = chart(colored);
  expect(lineWith(text, 'quality-check')).toContain(`${start('red')}✗ quality-check`);
  expect(lineWith(text, 'return-items')).toContain(`${start('yellow')}↶ return-items`);
  expect(lineWith(text, 'pick-items')).toMatch(/^✓ pick-items/);
  expect(lineWith(text, 'await-warehouse')).toContain(`${start('dim')}░`);
});

it('draws the same chart without colors', () => {
  expect(chart(plain)).toBe(stripVTControlCharacters(chart(colored)));
  expect(chart(plain)).not.toContain('\u001b');
});

it('names the outcome of an attempt next to its color', () => {
  if (!timeline) throw new Error('no timeline');
  const text = formatSteps(timeline, { header: false, stream: colored });
  expect(text).toContain(`${start('red')}failed`);
  expect(text).toContain(`${start('yellow')}undone`);
  expect(text).toContain(`${start('green')}succeeded`);
});

it('does not show the undo of a stage as a success in the list of events', () => {
  const view = { header: false, stream: colored, startedAt: at(0), payloads: false };
  const lines = formatEvents(events, view);
  expect(lineWith(lines, 'return-items')).not.toContain(start('green'));
  expect(lines).toContain(`${start('yellow')}StepSucceeded`);
  expect(lines).toContain(`${start('red')}StepFailed`);
});

it('colors the status, the failure and the stages of an order', () => {
  const failure = { stage: 'check-inventory', code: 'out-of-stock', message: 'Out' } as const;
  const order = orderRecord(['validated', 'failed'], { failure });
  const view = { orderId: order.orderId, status: order.status, order };
  const options = { personal: false, relative: false, now: begin };
  const text = formatOrder(view, { ...options, stream: colored });
  expect(text).toContain(`${start('red')}failed`);
  expect(text).toContain(`${start('red')}✗`);
  expect(text).toContain(`${start('green')}✓`);
  expect(stripVTControlCharacters(text)).toBe(formatOrder(view, { ...options, stream: plain }));
});

it.each([
  ['completed', 'green'],
  ['failed', 'red'],
  ['timed-out', 'red'],
  ['cancelled', 'yellow'],
  ['awaiting-review', 'yellow'],
  ['awaiting-warehouse', 'dim'],
  ['packaged', 'cyan'],
])('shows the status %s in %s', (status, style) => {
  expect(statusStyle(status)).toBe(style);
});

it('colors the last status of a watched order, and no other', () => {
  const base = { type: 'status', ts: at(0), orderId: 'order-1', seq: 1, elapsedMs: 1 } as const;
  const show = (to: 'failed' | 'packaged') =>
    formatEvent({ ...base, to }, { stream: colored, several: false }) ?? '';
  expect(show('failed')).toContain(`${start('red')}failed`);
  expect(show('packaged')).not.toContain(start('red'));
});
