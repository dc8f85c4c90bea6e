/** What the panes draw in tests: an order in different states, its history, its logs, and the health of a stack. */
import type { OrderRecord } from '../../../../functions/contract/api.ts';
import type { PaneInput } from '../../../../src/cli/console/types.ts';
import type { OrderDetail } from '../../../../src/orders/console/order-detail.ts';
import type { LogEntry } from '../../../../src/orders/logs/entry.ts';
import type { OrderView } from '../../../../src/orders/lookup/get.ts';
import type { Metrics } from '../../../../src/orders/metrics/metrics.ts';
import type { HistoryEvent } from '../../../../src/workflow/history-event.ts';
import { buildTimeline } from '../../../../src/workflow/timeline.ts';
import { summarizeActivity } from '../../../../src/workflow/work.ts';
import { orderRecord } from '../../../orders/record.ts';
import { createFakeTerminal } from '../../terminal/fake-terminal.ts';

/** A time after the order was created (s), as RFC 3339 UTC. */
export const at = (seconds: number) =>
  new Date(Date.parse('2026-11-22T08:12:04.000Z') + seconds * 1000).toISOString();
const now = Date.parse(at(40));

const error = {
  type: 'ProviderUnavailable',
  message: 'payments does not respond within three seconds',
};
const step = { id: 'p', name: 'process-payment' };
/** The payment has failed twice and is tried again after 30 s. */
const events: readonly HistoryEvent[] = [
  {
    seq: 1,
    type: 'ExecutionStarted',
    at: at(0),
    payload: '{"orderId":"order-7f3a91bcde","order":{"customerEmail":"customer1@example.com"}}',
  },
  { seq: 2, type: 'StepStarted', at: at(1), ...step },
  { seq: 3, type: 'StepFailed', at: at(2), ...step, attempt: 1, retryInMs: 20_000, error },
  { seq: 4, type: 'InvocationCompleted', at: at(2), startedAt: at(0), requestId: 'r1' },
  { seq: 5, type: 'StepStarted', at: at(22), ...step },
  { seq: 6, type: 'StepFailed', at: at(23), ...step, attempt: 2, retryInMs: 30_000, error },
];

/** A log line of the first invocation, unless `more` names another one. */
export const logEntry = (level: LogEntry['level'], text: string, more: Partial<LogEntry> = {}) => ({
  id: text,
  timestamp: now,
  ingested: now,
  message: text,
  source: 'workflow' as const,
  level,
  text,
  orderId: 'order-7f3a91bcde',
  step: 'process-payment',
  requestId: 'r1',
  fields: {},
  ...more,
});

const logs: readonly LogEntry[] = [
  logEntry('INFO', 'process-payment started'),
  logEntry('ERROR', `漢字 ${'the payment failed and is tried again '.repeat(5)}at last`, {
    attempt: 2,
    fields: { provider: 'payments' },
  }),
];

/** The order in the state of its record, with its history and its logs. */
export function detailOf(order: OrderRecord, more: Partial<OrderView> = {}): OrderDetail {
  const { orderId, status, executionArn } = order;
  const execution = { arn: executionArn, status: 'RUNNING' };
  const timeline = buildTimeline(events, now);
  const view = { orderId, status, order, execution, ...more };
  if (!timeline) throw new Error('the history is empty');
  return {
    orderId,
    view,
    activity: summarizeActivity(events, { now, timeScale: 1 }),
    report: { orderId, executionArn, order, events, timeline },
    logs,
    problems: {},
  };
}

const failure = {
  stage: 'fraud-check',
  code: 'fraud-suspected',
  message: 'The fraud score 95 is above the limit of 90',
} as const;

export const failed = orderRecord(
  ['validated', 'inventory-checked', 'payment-processed', 'inventory-reserved', 'failed'],
  {
    failure,
    customerPhone: '+1 555 0100',
    undos: [
      { undo: 'release-inventory', outcome: 'done' },
      { undo: 'refund-payment', outcome: 'done' },
    ],
  },
);

const statistics = { n: 41, min: 90, median: 100, p90: 120, p95: 130, p99: 140, max: 150 };
export const metrics: Metrics = {
  since: at(-3600),
  at: at(0),
  source: 'orders table',
  orders: {
    started: 57,
    completed: 41,
    failed: 5,
    cancelled: 0,
    running: 9,
    inReview: 2,
    paused: 1,
  },
  waiting: [{ provider: 'payments', orders: 12, since: at(-600) }],
  times: {},
  stages: [
    { stage: 'validate-order', ...statistics },
    { stage: 'process-payment', ...statistics, median: 900 },
    { stage: 'await-warehouse', ...statistics, median: 300_000 },
    { stage: 'pick-items', ...statistics, p95: 4000 },
  ],
  failures: [],
  quotas: [],
};

const findings: PaneInput['health'] = [
  { group: 'machine', about: 'node', state: 'ok', message: '24.1.0' },
  {
    group: 'orders',
    about: 'orders',
    state: 'warning',
    message: 'order-1 is stuck',
    fix: 'orders history order-1',
  },
  {
    group: 'stack',
    about: 'stack',
    state: 'error',
    message: 'the stack is UPDATE_ROLLBACK_FAILED',
    fix: 'orders deploy',
  },
];

interface Screen {
  readonly columns?: number;
  readonly rows?: number;
  readonly colors?: boolean;
}

/** What a pane gets for an order and the health of a stack, on a screen of 80 columns unless `screen` names others. */
export function paneInput(
  detail: OrderDetail | undefined,
  { columns = 80, rows = 24, colors = false }: Screen = {},
): PaneInput {
  return {
    snapshot: {
      orders: [],
      since: at(-3600),
      isTruncated: false,
      deadLetters: 3,
      rates: { periodMs: 60_000, started: [], completed: [], failed: [] },
      quotas: [{ quota: 'reads-a-second', by: 'program', used: 0.4, limit: 15 }],
      readAt: now,
    },
    detail,
    health: findings,
    metrics,
    outages: [{ provider: 'payments', since: at(-600) }],
    showsPersonal: false,
    label: 'local (time ×60)',
    timeScale: 1,
    stream: createFakeTerminal(columns, { colors }),
    columns,
    rows,
    now,
  };
}
