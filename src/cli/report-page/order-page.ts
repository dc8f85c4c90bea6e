/** An order and its execution as a self-contained HTML page, to attach to an incident. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { LogEntry } from '../../orders/logs/entry.ts';
import type { HistoryReport } from '../../orders/lookup/history.ts';
import { redact } from '../../orders/lookup/redact.ts';
import { formatMoney } from '../../workflow/money.ts';
import { type StageState, workflowProgress } from '../../workflow/progress.ts';
import { statusStyle } from '../../workflow/status-style.ts';
import type { Span } from '../../workflow/timeline.ts';
import { formatShortDuration } from '../terminal/format-short-duration.ts';
import {
  escapeHtml,
  renderDocument,
  renderFacts,
  renderScrollable,
  renderSection,
  renderTable,
} from './html.ts';
import { describeSpan, renderTimelineChart } from './order-chart.ts';

export interface OrderPageOptions {
  readonly report: HistoryReport;
  readonly logs: readonly LogEntry[];
  /** Whether there are more log lines than `logs`. */
  readonly hasMoreLogs: boolean;
  /** Name of the environment. */
  readonly label: string;
  /** Whether e-mail addresses and phone numbers are shown. */
  readonly personal: boolean;
}

/** Returns the page. Without `personal`, e-mail addresses and phone numbers are redacted in all of its texts. */
export function renderOrderPage(options: OrderPageOptions): string {
  const { report, personal } = options;
  const { orderId, order } = report;
  const clean = personal ? (text: string) => text : createRedactor(order);
  const sections = [
    order ? renderSection('Workflow', renderWorkflow(order)) : '',
    renderSection('Execution', renderTimelineChart(report.timeline, renderAttempts(report, clean))),
    order ? renderSection('Transitions', renderTransitions(order)) : '',
    order ? renderTroubles(order, clean) : '',
    renderSection('Logs', renderLogs(options, clean)),
  ];
  const title = `Order ${clean(orderId)}`;
  return renderDocument(
    title,
    `<h1>${escapeHtml(title)}</h1>\n${renderHead(options, clean)}\n${sections.join('\n')}`,
  );
}

type Clean = (text: string) => string;

/** Returns a function that redacts a text. It knows the contact data of the order in any spelling that the order has. */
function createRedactor(order: OrderRecord | undefined): Clean {
  const known = [order?.customerEmail, order?.customerPhone].filter((text) => text !== undefined);
  return (text) =>
    known.reduce((left, personal) => left.replaceAll(personal, '[redacted]'), redact(text));
}

const verdicts = {
  green: ['✓', 'good'],
  red: ['✗', 'bad'],
  yellow: ['↶', 'undone'],
  cyan: ['◔', ''],
  dim: ['◔', 'waiting'],
} as const;

function renderHead({ report, label, personal }: OrderPageOptions, clean: Clean): string {
  const { order, timeline, executionArn, version } = report;
  const status = order?.status ?? timeline.state;
  const [sign, style] = verdicts[statusStyle(status === 'succeeded' ? 'completed' : status)];
  const failure = order?.failure
    ? `at ${order.failure.stage}: ${order.failure.message} (${order.failure.code})`
    : timeline.error && `${timeline.error.type}: ${timeline.error.message}`;
  const contact = (text: string) => (personal ? text : '[redacted]');
  const phone = order?.customerPhone;
  const { totalMs, activeMs, waitingMs, invocations, operations, retries } = timeline;
  const facts: (readonly [string, string])[] = [
    ...(order
      ? ([
          ['customer', clean(order.customerId)],
          ['e-mail', contact(order.customerEmail)],
          ...(phone ? ([['phone', contact(phone)]] as const) : []),
          ['total', formatMoney(order.total)],
          ['created', order.createdAt],
          ['updated', order.updatedAt],
        ] as const)
      : []),
    ['took', formatShortDuration(totalMs)],
    ['active', formatShortDuration(activeMs)],
    ['waiting', formatShortDuration(waitingMs)],
    ['invocations', String(invocations.length)],
    ['operations', String(operations)],
    ['retries', String(retries)],
    ...(version === undefined ? [] : ([['version', version]] as const)),
    ['environment', label],
  ];
  const items = (order?.items ?? []).map(
    ({ productId, name, quantity, price }) =>
      `<li>${escapeHtml(clean(`${quantity} × ${name} (${productId}) at ${formatMoney(price)}`))}</li>`,
  );
  return (
    `<p><strong class="verdict ${style}">${sign} ${escapeHtml(status)}</strong>${failure ? ` ${escapeHtml(clean(failure))}` : ''}</p>` +
    renderFacts(facts) +
    (items.length > 0 ? `<ul>${items.join('')}</ul>` : '') +
    `<p><code>${escapeHtml(clean(executionArn))}</code></p>`
  );
}

const stageSigns: Record<StageState, readonly [sign: string, style: string]> = {
  pending: ['·', 'waiting'],
  active: ['◔', ''],
  done: ['✓', 'good'],
  skipped: ['–', 'waiting'],
  failed: ['✗', 'bad'],
  undone: ['↶', 'undone'],
};

function renderWorkflow(order: OrderRecord): string {
  const stages = workflowProgress(order).flatMap((phase) => phase.stages);
  const items = stages.map(({ id, state }) => {
    const [sign, style] = stageSigns[state];
    return `<li><span class="${style}">${sign} ${id}</span> ${state}</li>`;
  });
  return `<ul class="stages">${items.join('')}</ul>`;
}

const textTable = (name: string, header: readonly string[], rows: readonly (readonly string[])[]) =>
  renderScrollable(name, `<div class="text">${renderTable(header, rows)}</div>`);

function renderAttempts({ timeline }: HistoryReport, clean: Clean): string {
  const rows = timeline.spans.flatMap((span) => listAttempts(span, clean));
  const header = ['step', 'attempt', 'at', 'took', 'outcome', 'detail'];
  return `<div class="text">${renderTable(header, rows)}</div>`;
}

function listAttempts(span: Span, clean: Clean): string[][] {
  const { name, kind, startMs, endMs, waitMs, attempts, skipped = '' } = span;
  const [sign, word] = describeSpan(span);
  const took = (from: number, to: number | undefined) =>
    to === undefined ? '' : formatShortDuration(to - from);
  if (kind !== 'step') {
    const detail = waitMs === undefined ? kind : `${kind} of ${formatShortDuration(waitMs)}`;
    const at = `+${formatShortDuration(startMs)}`;
    return [[name, '', at, took(startMs, endMs), `${sign} ${word}`, detail]];
  }
  return attempts.map(({ number, error, ...times }) => [
    name,
    String(number),
    `+${formatShortDuration(times.startMs)}`,
    took(times.startMs, times.endMs),
    error ? '✗ failed' : `${sign} ${word}`,
    error ? clean(`${error.type}: ${error.message}`) : clean(skipped),
  ]);
}

function renderTransitions({ transitions, createdAt }: OrderRecord): string {
  const rows = transitions.map(({ status, at }) => [
    status,
    at,
    `+${formatShortDuration(Date.parse(at) - Date.parse(createdAt))}`,
  ]);
  return textTable('Transitions', ['status', 'at', 'after'], rows);
}

/** Returns the undos and the warnings of an order, if there are any. */
function renderTroubles({ undos = [], warnings = [] }: OrderRecord, clean: Clean): string {
  const undoRows = undos.map(({ undo, outcome, message = '' }) => [undo, outcome, clean(message)]);
  const warningRows = warnings.map(({ stage, message }) => [stage, clean(message)]);
  return [
    undoRows.length > 0
      ? renderSection('Undos', textTable('Undos', ['undo', 'outcome', 'note'], undoRows))
      : '',
    warningRows.length > 0
      ? renderSection('Warnings', textTable('Warnings', ['stage', 'message'], warningRows))
      : '',
  ].join('\n');
}

function renderLogs({ logs, hasMoreLogs }: OrderPageOptions, clean: Clean): string {
  if (logs.length === 0) return '<p>There are no log lines.</p>';
  const rows = logs.map(({ timestamp, source, step = source, level, text, fields }) => {
    const facts = Object.keys(fields).length > 0 ? clean(JSON.stringify(fields)) : '';
    return [new Date(timestamp).toISOString(), step, level, `${clean(text)} ${facts}`.trimEnd()];
  });
  const more = hasMoreLogs ? '<p>There are more lines: orders logs.</p>' : '';
  return textTable('Logs', ['time', 'step', 'level', 'message'], rows) + more;
}
