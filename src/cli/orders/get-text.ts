import type { OrderRecord } from '../../../functions/contract/api.ts';
import { stages } from '../../../functions/contract/workflow.ts';
import { isTerminalExecution } from '../../orders/lookup/execution-status.ts';
import type { OrderView } from '../../orders/lookup/get.ts';
import { formatMoney } from '../../workflow/money.ts';
import { type StageState, workflowProgress } from '../../workflow/progress.ts';
import { statusStyle } from '../../workflow/status-style.ts';
import { formatProviderWait } from '../terminal/format-provider-wait.ts';
import { formatAge, formatPreciseLocalTime } from '../terminal/format-time.ts';
import { applyStyle, type TextStyle } from '../terminal/output-guard.ts';
import { printable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import { wrapWords } from '../terminal/wrap.ts';

const stageMarks: Record<StageState, readonly [sign: string, style: TextStyle]> = {
  pending: [' ', 'dim'],
  active: ['>', 'cyan'],
  done: ['✓', 'green'],
  skipped: ['–', 'dim'],
  failed: ['✗', 'red'],
  undone: ['↶', 'yellow'],
};

/** Colors of facts about failures and warnings. The name of the fact has the same meaning. */
const factStyles: Readonly<Record<string, TextStyle>> = {
  failure: 'red',
  cancel: 'yellow',
  undo: 'yellow',
  warning: 'yellow',
  waiting: 'yellow',
  paused: 'yellow',
};

export interface OrderTextOptions {
  /** Whether e-mail and phone are shown in full. */
  readonly personal: boolean;
  /** Whether times are shown in local time with their age. Otherwise RFC 3339 UTC. */
  readonly relative: boolean;
  readonly now: number;
  /** Stream that the text is for. Styles are applied only if it supports colors. */
  readonly stream: NodeJS.WriteStream;
}

type Row = readonly [name: string, value: string];

/** Returns an order as text: one fact per line, then the stages of its workflow. */
export function formatOrder(view: OrderView, options: OrderTextOptions): string {
  const { orderId, status, order, execution, waitingFor } = view;
  const arn = order?.executionArn ?? execution?.arn;
  const rows: Row[] = [
    ['order', orderId],
    ['status', status],
    ...(waitingFor ? [['waiting', formatWait(waitingFor, options)] as const] : []),
    ...(order ? buildFactRows(order, options) : []),
    ...(arn ? [['execution', arn] as const] : []),
    ...(execution
      ? [
          [
            executionLabel(execution),
            `${execution.status} ${execution.error ?? ''}`.trimEnd(),
          ] as const,
        ]
      : []),
    ...(execution?.pause ? [['paused', formatPause(execution.pause, options)] as const] : []),
  ];
  const facts = rows.map((row) => formatFact(row, options.stream)).join('');
  return order ? `${facts}\n${formatWorkflow(order, options)}` : facts;
}

/** Width of the names of facts (columns). */
const nameWidth = 10;

/** Returns a fact as a line. On a terminal, a text that is too long continues below itself. */
function formatFact([name, value]: Row, stream: NodeJS.WriteStream): string {
  const style = name === 'status' ? statusStyle(value) : factStyles[name];
  const indent = nameWidth + 1;
  const width = (stream.isTTY && stream.columns) || Number.POSITIVE_INFINITY;
  return wrapWords(printable(value), width - indent)
    .map((line, index) => {
      const label = (index === 0 ? name : '').padEnd(indent);
      return `${label}${style ? applyStyle(style, line, stream) : line}\n`;
    })
    .join('');
}

const executionLabel = ({ status }: NonNullable<OrderView['execution']>) =>
  isTerminalExecution(status) ? 'ended' : 'running';

function buildFactRows(order: OrderRecord, options: OrderTextOptions): Row[] {
  const { customerEmail, customerPhone, failure, review, cancelRequested, retryOf } = order;
  const { warnings = [], undos = [], retriedAs = [] } = order;
  const time = (at: string) => formatTime(at, options);
  const hide = (text: string) => (options.personal ? text : maskPersonalData(text));
  return [
    ['customer', order.customerId],
    ['e-mail', hide(customerEmail)],
    ...(customerPhone ? [['phone', hide(customerPhone)] as const] : []),
    ['total', formatMoney(order.total)],
    ...order.items.map(
      ({ productId, name, quantity, price }): Row => [
        'item',
        `${quantity} × ${name} (${productId}) at ${formatMoney(price)}`,
      ],
    ),
    ['created', time(order.createdAt)],
    ['updated', time(order.updatedAt)],
    ...(retryOf ? [['retry of', retryOf] as const] : []),
    ...retriedAs.map((id): Row => ['retried as', id]),
    ...(failure
      ? [['failure', `${failure.stage}: ${failure.message} (${failure.code})`] as const]
      : []),
    ...(review ? [['review', formatReview(review, time)] as const] : []),
    ...(cancelRequested
      ? [
          [
            'cancel',
            `${time(cancelRequested.at)} ${cancelRequested.reason ?? ''}`.trimEnd(),
          ] as const,
        ]
      : []),
    ...warnings.map(({ stage, message }): Row => ['warning', `${stage}: ${message}`]),
    ...undos.map((record): Row => ['undo', formatUndo(record, order)]),
  ];
}

/** Returns a wait for a provider in one line: `for payments, attempt 7, next in 3m, since 08:12:09, 25m ago`. */
function formatWait(wait: NonNullable<OrderView['waitingFor']>, options: OrderTextOptions): string {
  const { provider, attempt, nextAt, since } = wait;
  const text = options.relative
    ? formatProviderWait(wait, options.now).replace('waiting ', '')
    : `for ${provider}, attempt ${attempt}, next at ${nextAt}`;
  return `${text}, since ${formatTime(since, options)}`;
}

/** Returns the result of an undo. The undo of a stage that is not recorded runs too: its work may have begun. */
export function formatUndo(
  { undo, outcome, message }: NonNullable<OrderRecord['undos']>[number],
  order: OrderRecord,
): string {
  const states = workflowProgress(order).flatMap(({ stages }) => stages);
  const undone = stages.find((stage) => 'undo' in stage && stage.undo === undo);
  const isPrecaution = states.some(({ id, state }) => id === undone?.id && state === 'pending');
  const note = isPrecaution && outcome === 'done' ? 'precaution, no work was recorded' : message;
  return `${undo} ${outcome}${note ? `: ${note}` : ''}`;
}

/** Returns a pause in one line: when it was requested, and why. */
function formatPause(
  { requestedAt, reason = '' }: NonNullable<NonNullable<OrderView['execution']>['pause']>,
  options: OrderTextOptions,
): string {
  const time = requestedAt === undefined ? '' : formatTime(requestedAt, options);
  return [time, reason].filter(Boolean).join(': ') || 'requested';
}

function formatTime(at: string, { relative, now }: OrderTextOptions): string {
  return relative ? `${formatPreciseLocalTime(at)}, ${formatAge(now - Date.parse(at))} ago` : at;
}

/** Returns a review in one line: `score 75, requested 12:00; approve by alice 12:05: called the customer`. */
export function formatReview(
  { score, requestedAt, decision }: NonNullable<OrderRecord['review']>,
  time: (at: string) => string,
): string {
  const request = `score ${score}, requested ${time(requestedAt)}`;
  if (!decision) return `${request}; pending`;
  const { by, at, note } = decision;
  return `${request}; ${decision.decision} by ${by} ${time(at)}${note ? `: ${note}` : ''}`;
}

/** Masks an e-mail address or phone number, so that only a person who knows it recognizes it. */
function maskPersonalData(text: string): string {
  const [name = '', host] = text.split('@');
  return host === undefined ? `…${text.slice(-2)}` : `${name.slice(0, 1)}…@${host}`;
}

function formatWorkflow(order: OrderRecord, { relative, stream }: OrderTextOptions): string {
  return workflowProgress(order)
    .flatMap(({ stages }) => stages)
    .map(({ id, state, at }) => {
      const time = at && relative ? formatPreciseLocalTime(at) : (at ?? '');
      const [sign, style] = stageMarks[state];
      const padded = time ? id.padEnd(24) : id;
      const name = state === 'done' ? padded : applyStyle(style, padded, stream);
      const shown = time ? `${name} ${dim(time, stream)}` : name;
      return `${applyStyle(style, sign, stream)} ${shown}\n`;
    })
    .join('');
}
