import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { OrderView } from '../../orders/lookup/get.ts';
import { progressOf, type StageState } from '../../workflow/progress.ts';
import { formatAge, formatMoney, localTime } from '../terminal/format-time.ts';
import { printable } from '../terminal/table.ts';

const words: Record<StageState, string> = {
  pending: ' ',
  active: '>',
  done: '✓',
  skipped: '–',
  failed: '✗',
  undone: '↶',
};

export interface OrderTextOptions {
  /** Whether e-mail and phone are shown as they are. */
  readonly personal: boolean;
  /** Whether times are for people: on the local clock, and how long ago. Else RFC 3339 UTC. */
  readonly relative: boolean;
  readonly now: number;
}

type Row = readonly [name: string, value: string];

/** One order as text: a fact a line, then its way through the workflow. */
export function describeOrder(view: OrderView, options: OrderTextOptions): string {
  const { orderId, status, order, execution } = view;
  const arn = order?.executionArn ?? execution?.arn;
  const rows: Row[] = [
    ['order', orderId],
    ['status', status],
    ...(order ? factsOf(order, options) : []),
    ...(arn ? [['execution', arn] as const] : []),
    ...(execution
      ? [['running', `${execution.status} ${execution.error ?? ''}`.trimEnd()] as const]
      : []),
  ];
  const facts = rows.map(([name, value]) => `${name.padEnd(10)} ${printable(value)}\n`).join('');
  return order ? `${facts}\n${workflowText(order, options)}` : facts;
}

function factsOf(order: OrderRecord, { personal, relative, now }: OrderTextOptions): Row[] {
  const { customerEmail, customerPhone, failure, review, cancelRequested, retryOf } = order;
  const { warnings = [], undos = [], retriedAs = [] } = order;
  const time = (at: string) =>
    relative ? `${localTime(at)}, ${formatAge(now - Date.parse(at))} ago` : at;
  const hide = (text: string) => (personal ? text : mask(text));
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
    ...(review ? [['review', reviewText(review, time)] as const] : []),
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

/** `score 75, asked for at 12:00; approve by alice at 12:05: called the customer` */
function reviewText(
  { score, requestedAt, decision }: NonNullable<OrderRecord['review']>,
  time: (at: string) => string,
): string {
  const asked = `score ${score}, asked for ${time(requestedAt)}`;
  if (!decision) return `${asked}; not decided`;
  const { by, at, note } = decision;
  return `${asked}; ${decision.decision} by ${by} ${time(at)}${note ? `: ${note}` : ''}`;
}

/** Enough to recognize it by, for who knows it. */
function mask(text: string): string {
  const [name = '', host] = text.split('@');
  return host === undefined ? `…${text.slice(-2)}` : `${name.slice(0, 1)}…@${host}`;
}

function workflowText(order: OrderRecord, { relative }: OrderTextOptions): string {
  return progressOf(order)
    .flatMap(({ stages }) => stages)
    .map(({ id, state, at }) => {
      const time = at && relative ? localTime(at) : (at ?? '');
      return `${`${words[state]} ${id.padEnd(24)} ${time}`.trimEnd()}\n`;
    })
    .join('');
}
