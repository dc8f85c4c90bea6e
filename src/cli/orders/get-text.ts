import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { OrderView } from '../../orders/lookup/get.ts';
import { formatMoney } from '../../workflow/money.ts';
import { type StageState, workflowProgress } from '../../workflow/progress.ts';
import { formatAge, formatPreciseLocalTime } from '../terminal/format-time.ts';
import { printable } from '../terminal/table.ts';

const stageMarks: Record<StageState, string> = {
  pending: ' ',
  active: '>',
  done: '✓',
  skipped: '–',
  failed: '✗',
  undone: '↶',
};

export interface OrderTextOptions {
  /** Whether e-mail and phone are shown in full. */
  readonly personal: boolean;
  /** Whether times are shown in local time with their age. Otherwise RFC 3339 UTC. */
  readonly relative: boolean;
  readonly now: number;
}

type Row = readonly [name: string, value: string];

/** Returns an order as text: one fact per line, then the stages of its workflow. */
export function formatOrder(view: OrderView, options: OrderTextOptions): string {
  const { orderId, status, order, execution } = view;
  const arn = order?.executionArn ?? execution?.arn;
  const rows: Row[] = [
    ['order', orderId],
    ['status', status],
    ...(order ? buildFactRows(order, options) : []),
    ...(arn ? [['execution', arn] as const] : []),
    ...(execution
      ? [['running', `${execution.status} ${execution.error ?? ''}`.trimEnd()] as const]
      : []),
    ...(execution?.pause ? [['paused', formatPause(execution.pause, options)] as const] : []),
  ];
  const facts = rows.map(([name, value]) => `${name.padEnd(10)} ${printable(value)}\n`).join('');
  return order ? `${facts}\n${formatWorkflow(order, options)}` : facts;
}

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
    ...undos.map(
      ({ undo, outcome, message }): Row => [
        'undo',
        `${undo} ${outcome}${message ? `: ${message}` : ''}`,
      ],
    ),
  ];
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
function formatReview(
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

function formatWorkflow(order: OrderRecord, { relative }: OrderTextOptions): string {
  return workflowProgress(order)
    .flatMap(({ stages }) => stages)
    .map(({ id, state, at }) => {
      const time = at && relative ? formatPreciseLocalTime(at) : (at ?? '');
      return `${`${stageMarks[state]} ${id.padEnd(24)} ${time}`.trimEnd()}\n`;
    })
    .join('');
}
