/** Whether a load test's payments, stock and points add up. Pure. */
import { quantitiesOf } from '../../../functions/contract/expected-side-effects.ts';
import { auditBooks } from '../verify/audit-side-effects.ts';
import type { MismatchKind } from '../verify/mismatch.ts';
import type { Stock } from '../verify/stock.ts';
import { type Check, check, type Fault, unjudged } from './check-result.ts';
import { hasEnded, type ObservedOrder } from './observed-orders.ts';
import type { Ledger } from './side-effects.ts';

/** What is the matter of which check; orders and executions are judged elsewhere. */
const kinds = {
  payments: ['charged-twice', 'charged-unduly', 'unpaid', 'wrong-amount'],
  stock: ['leaked-reservation', 'wrong-reservation'],
  points: ['missing-points', 'wrong-points'],
} as const satisfies Record<string, readonly MismatchKind[]>;

/** Judges what accepted orders left in the books. Of those on their way only what can never be true is a fault. */
export function judgeLedger(accepted: readonly ObservedOrder[], ledger: Ledger): Check[] {
  const { books, keepsPayments } = ledger;
  const found = [...books.values()].flatMap((each) =>
    auditBooks(each, { payments: keepsPayments }),
  );
  const faultsOf = (of: keyof typeof kinds): Fault[] =>
    found.flatMap(({ kind, orderId, message }) =>
      kinds[of].some((each) => each === kind) && orderId ? [{ orderId, message }] : [],
    );
  const [payments, points] = [faultsOf('payments'), faultsOf('points')];
  const stock = [...faultsOf('stock'), ...stockFaults(accepted, ledger)];
  const outside = unjudged('payments', 'their provider is outside');
  return [
    keepsPayments ? check('payments', payments, paid(ledger)) : outside,
    check('stock', stock, moved(ledger)),
    check('points', points, credited(ledger)),
  ];
}

/** The same checks where nobody has looked into the books. */
export const ledgerUnread: readonly Check[] = (['payments', 'stock', 'points'] as const).map((id) =>
  unjudged(id, 'the books were not read'),
);

function paid({ books }: Ledger): string {
  const standing = [...books.values()]
    .flatMap(({ payments }) => payments)
    .filter(({ state }) => state === 'charged');
  const sum = standing.reduce((all, { amountMinor }) => all + amountMinor, 0);
  return `${standing.length} charged, $${(sum / 100).toFixed(2)}`;
}

function moved({ stockAfter, stockBefore, isAlone }: Ledger): string {
  const sold = [...stockAfter].reduce(
    (sum, [id, after]) => sum + after.sold - (stockBefore.get(id)?.sold ?? 0),
    0,
  );
  const others = isAlone ? '' : ', other orders among them';
  return `${sold} pieces of ${stockAfter.size} products sold${others}`;
}

function credited({ books }: Ledger): string {
  const points = [...books.values()].reduce((sum, each) => sum + (each.points ?? 0), 0);
  return `${points} credited`;
}

const nothing: Stock = { reserved: 0, sold: 0 };

/** Products whose counters are not what was there before and what the orders took. */
function stockFaults(accepted: readonly ObservedOrder[], ledger: Ledger): Fault[] {
  const { stockBefore, stockAfter, isAlone } = ledger;
  const isAtRest = accepted.every(hasEnded);
  const due = takenBy(accepted);
  return [...stockAfter].flatMap(([productId, after]) => {
    const before = stockBefore.get(productId) ?? nothing;
    const { sold = 0, reserved = 0 } = due.get(productId) ?? {};
    const faults: string[] = [];
    if ((after.available ?? 0) < 0) {
      faults.push(`oversold: ${-(after.available ?? 0)} pieces more than there were`);
    }
    const more = { sold: after.sold - before.sold, reserved: after.reserved - before.reserved };
    const isExact = isAlone && isAtRest;
    if (isAtRest && (more.sold < sold || (isExact && more.sold > sold))) {
      faults.push(`${more.sold} counted as sold, while its orders took ${sold}`);
    }
    if (isExact && more.reserved !== reserved) {
      faults.push(`${more.reserved} more are reserved, while its orders hold ${reserved}`);
    }
    const gone = (before.available ?? 0) - (after.available ?? 0);
    if (isExact && before.available !== undefined && gone !== more.sold + more.reserved) {
      const told = `${gone} gone from the shelf, ${more.sold + more.reserved} sold or reserved`;
      faults.push(`${told}, unless somebody restocked it`);
    }
    return faults.map((message) => ({ productId, message }));
  });
}

/** What the orders took and hold, by product, as their items say and in the quantities that were submitted. */
function takenBy(
  accepted: readonly ObservedOrder[],
): Map<string, { sold: number; reserved: number }> {
  const due = new Map<string, { sold: number; reserved: number }>();
  for (const { order, record } of accepted) {
    for (const [productId, quantity] of quantitiesOf(order)) {
      const { sold, reserved } = due.get(productId) ?? { sold: 0, reserved: 0 };
      due.set(productId, {
        sold: sold + (record?.reservation === 'handed-over' ? quantity : 0),
        reserved: reserved + (record?.reservation === 'held' ? quantity : 0),
      });
    }
  }
  return due;
}
