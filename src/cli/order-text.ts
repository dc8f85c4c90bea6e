import type { OrderView } from '../orders/get-order.ts';
import { progressOf, type StageState } from '../workflow/progress.ts';
import { formatMoney } from './duration.ts';

const words: Record<StageState, string> = {
  pending: ' ',
  active: '>',
  done: '✓',
  skipped: '–',
  failed: '✗',
  undone: '↶',
};

/** One order as text for people: a fact a line, then its way through the workflow. */
export function describeOrder({ orderId, status, order, execution }: OrderView): string {
  const rows: (readonly [string, string])[] = [
    ['order', orderId],
    ['status', status],
  ];
  if (order) {
    rows.push(['customer', order.customerId], ['e-mail', order.customerEmail]);
    if (order.customerPhone) rows.push(['phone', order.customerPhone]);
    rows.push(['total', formatMoney(order.total)]);
    for (const { productId, name, quantity, price } of order.items) {
      rows.push(['item', `${quantity} × ${name} (${productId}) at ${formatMoney(price)}`]);
    }
    rows.push(['created', order.createdAt], ['updated', order.updatedAt]);
    const { failure, warnings = [], undos = [] } = order;
    if (failure) rows.push(['failure', `${failure.stage}: ${failure.message} (${failure.code})`]);
    for (const { stage, message } of warnings) rows.push(['warning', `${stage}: ${message}`]);
    for (const { undo, outcome, message } of undos) {
      rows.push(['undo', `${undo} ${outcome}${message ? `: ${message}` : ''}`]);
    }
  }
  const arn = order?.executionArn ?? execution?.arn;
  if (arn) rows.push(['execution', arn]);
  if (execution) rows.push(['running', `${execution.status} ${execution.error ?? ''}`.trimEnd()]);
  const facts = rows.map(([name, value]) => `${name.padEnd(10)} ${value}\n`).join('');
  return order ? `${facts}\n${workflowText(order)}` : facts;
}

function workflowText(order: NonNullable<OrderView['order']>): string {
  return progressOf(order)
    .flatMap(({ stages }) => stages)
    .map(({ id, state, at = '' }) => `${words[state]} ${id.padEnd(24)} ${at}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}
