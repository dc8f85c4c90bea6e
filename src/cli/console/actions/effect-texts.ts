/** Describes the orders that an action affects, and its effects on money and stock. */
import { toDecimal } from '../../../../functions/contract/order.ts';
import {
  reviewedStage,
  type ShownStatus,
  stage,
  stages,
  type UndoId,
} from '../../../../functions/contract/workflow.ts';
import type { ConsoleOrder } from '../../../orders/console/snapshot.ts';
import { formatMoney } from '../../../workflow/money.ts';

/** Returns the order id of a single order, else the number of orders. */
export const nameOrders = (orders: readonly ConsoleOrder[]): string =>
  orders.length === 1 ? (orders[0]?.orderId ?? '') : `${orders.length} orders`;

/** Returns the sum of the totals: `$91.98`. */
export const sumTotals = (orders: readonly ConsoleOrder[]): string =>
  formatMoney(toDecimal(orders.reduce((sum, { total }) => sum + total, 0)));

const undoTexts: Readonly<Record<Exclude<UndoId, 'refund-payment'>, string>> = {
  'release-inventory': 'the reserved stock is released',
  'void-invoice': 'the invoice is voided',
  'return-items': 'the picked items are returned',
  'cancel-shipping-label': 'the shipping label is cancelled',
};

/** Returns what the undos of the completed steps do: `$91.98 is refunded, the reserved stock is released`. */
export function describeUndos(orders: readonly ConsoleOrder[]): string {
  const undos = orders.map(({ status }) => completedUndos(status));
  const charged = orders.filter((_, index) => undos[index]?.includes('refund-payment'));
  const others = Object.entries(undoTexts).filter(([undo]) =>
    undos.some((ids) => ids.some((id) => id === undo)),
  );
  const from = charged.length > 1 ? ` (${charged.length} orders)` : '';
  const texts = [
    charged.length > 0 ? `${sumTotals(charged)} is refunded${from}` : 'no charge is recorded yet',
    ...others.map(([, text]) => text),
  ];
  return texts.join(', ');
}

/** Returns the undos of the steps that an order in this status has completed. */
function completedUndos(status: ShownStatus): readonly UndoId[] {
  const reached = status === 'awaiting-review' ? stage(reviewedStage).status : status;
  const last = stages.findIndex((declared) => 'status' in declared && declared.status === reached);
  return stages
    .slice(0, last + 1)
    .flatMap((declared) => ('undo' in declared ? [declared.undo] : []));
}
