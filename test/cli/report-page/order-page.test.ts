import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { expect, it } from 'vitest';
import { renderOrderPage } from '../../../src/cli/report-page/order-page.ts';
import type { LogEntry } from '../../../src/orders/logs/entry.ts';
import type { HistoryEvent } from '../../../src/workflow/history-event.ts';
import { buildTimeline } from '../../../src/workflow/timeline.ts';
import { orderRecord } from '../../orders/record.ts';

const begin = Date.parse('2026-11-22T08:12:04.000Z');
const at = (ms: number) => new Date(begin + ms).toISOString();
const error = { type: 'OrderRejected.damaged', message: 'Ask ann@example.com or 0555 0100' };
const events: HistoryEvent[] = [
  { type: 'ExecutionStarted', at: at(0) },
  { type: 'StepStarted', at: at(5), name: 'validate-order' },
  { type: 'StepSucceeded', at: at(60), name: 'validate-order', attempt: 1 },
  { type: 'WaitStarted', at: at(80), name: 'await-warehouse', waitMs: 300_000 },
  { type: 'InvocationCompleted', at: at(100), startedAt: at(0) },
  { type: 'WaitSucceeded', at: at(300_080), name: 'await-warehouse' },
  { type: 'StepStarted', at: at(300_100), name: 'quality-check' },
  { type: 'StepFailed', at: at(300_200), name: 'quality-check', attempt: 1, error },
  { type: 'StepStarted', at: at(300_210), name: 'return-items' },
  { type: 'StepSucceeded', at: at(300_300), name: 'return-items', attempt: 1 },
  { type: 'InvocationCompleted', at: at(300_310), startedAt: at(300_090) },
  { type: 'ExecutionSucceeded', at: at(300_310) },
].map((event, index) => ({ seq: index + 1, ...event, ...(event.name ? { id: event.name } : {}) }));
const timeline = buildTimeline(events, begin);
if (!timeline) throw new Error('no timeline');
const message = error.message;
const order = orderRecord(['validated', 'awaiting-warehouse', 'failed'], {
  customerId: '<script>alert(1)</script>',
  customerPhone: '0555 0100',
  failure: { stage: 'quality-check', code: 'damaged', message },
  undos: [{ undo: 'return-items', outcome: 'done', message }],
  warnings: [{ stage: 'send-notifications', message }],
});
const log: LogEntry = {
  id: '1',
  timestamp: begin,
  ingested: begin,
  message: '',
  source: 'workflow',
  level: 'WARN',
  text: 'step failed: 0555 0100',
  step: 'quality-check',
  fields: { customerEmail: order.customerEmail, note: 'bob@example.com' },
};
const executionArn = 'arn:aws:lambda:us-east-2:0:function:f:1/durable-execution/order-1/2';
const report = { orderId: order.orderId, executionArn, version: '1', order, events, timeline };
const render = (personal: boolean) =>
  renderOrderPage({ report, logs: [log], hasMoreLogs: false, label: 'local', personal });
const page = render(false);

it('is one valid document without external resources or markup from the order', () => {
  const errors: string[] = [];
  parse(page, { onParseError: ({ code, startLine }) => errors.push(`${startLine}: ${code}`) });
  expect(errors).toEqual([]);
  expect(page).not.toMatch(/https?:|src=|url\(|@import|<script/);
  expect(page).toContain('&lt;script&gt;');
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

it('shows the workflow, the chart, attempts, transitions, undos, warnings and logs', () => {
  const headings: string[] = [];
  const collect = (node: DefaultTreeAdapterTypes.Node) => {
    if (node.nodeName === 'h2' && 'childNodes' in node) {
      const [text] = node.childNodes;
      if (text && 'value' in text) headings.push(text.value);
    }
    if ('childNodes' in node) node.childNodes.forEach(collect);
  };
  collect(parse(page));
  expect(headings).toEqual(['Workflow', 'Execution', 'Transitions', 'Undos', 'Warnings', 'Logs']);
  expect(page).toContain('<strong class="verdict bad">✗ failed</strong>');
  expect(page).toContain('>✗ quality-check</text>');
  expect(page).toContain('>↶ return-items</text>');
  expect(page).toMatch(/<tr><th scope="row">await-warehouse<\/th>.*wait of 5m 00s/);
});

it('cuts the long wait out of the axis and keeps every bar inside the chart', () => {
  const bars = [...page.matchAll(/<rect class="\w+" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)];
  expect(bars.length).toBeGreaterThanOrEqual(6);
  for (const [, x, width] of bars) {
    expect(Number(x)).toBeGreaterThanOrEqual(250);
    expect(Number(x) + Number(width)).toBeLessThanOrEqual(640);
  }
  const [, failedWidth] = /<rect class="bad" x="[\d.]+" y="\d+" width="([\d.]+)"/.exec(page) ?? [];
  expect(Number(failedWidth)).toBeGreaterThan(40);
});

it('shows personal data only on request', () => {
  for (const text of [order.customerEmail, '0555 0100', 'ann@', 'bob@', '@example']) {
    expect(page).not.toContain(text);
  }
  const full = render(true);
  for (const text of [order.customerEmail, '0555 0100', 'ann@example.com', 'bob@example.com']) {
    expect(full).toContain(text);
  }
});
