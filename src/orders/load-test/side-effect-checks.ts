/** Checks payments, stock and points of a load test's orders. Pure. */

import { formatMoney } from '../../workflow/money.ts';
import type { Counters, ProductCounters } from '../tables/products-table.ts';
import { auditSideEffects } from '../verify/audit-side-effects.ts';
import type { MismatchKind } from '../verify/mismatch.ts';
import { sumCounters } from '../verify/stock.ts';
import { type Check, type CheckFailure, createCheck, notChecked } from './check-result.ts';
import { hasEnded, type ObservedOrder } from './observed-orders.ts';
import type { SideEffectSnapshot } from './side-effects.ts';

/** Mismatches that each check reports. Other checks cover orders and executions. */
const mismatchKinds = {
  payments: ['charged-twice', 'charged-unduly', 'unpaid', 'wrong-amount'],
  stock: ['leaked-reservation', 'wrong-reservation'],
  points: ['missing-points', 'wrong-points'],
} as const satisfies Record<string, readonly MismatchKind[]>;

/** Checks the side effects of the accepted orders. For a running order only permanent mismatches are failures. */
export function checkSideEffects(
  accepted: readonly ObservedOrder[],
  snapshot: SideEffectSnapshot,
): Check[] {
  const { sideEffects, keepsPayments } = snapshot;
  const mismatches = [...sideEffects.values()].flatMap((effects) =>
    auditSideEffects(effects, { payments: keepsPayments }),
  );
  const failuresFor = (id: keyof typeof mismatchKinds): CheckFailure[] => {
    const kinds: readonly MismatchKind[] = mismatchKinds[id];
    return mismatches.flatMap(({ kind, orderId, message }) =>
      kinds.includes(kind) && orderId ? [{ orderId, message }] : [],
    );
  };
  const stockFailures = [...failuresFor('stock'), ...findStockFailures(accepted, snapshot)];
  return [
    keepsPayments
      ? createCheck('payments', failuresFor('payments'), formatPayments(snapshot))
      : notChecked('payments', 'an external provider keeps them'),
    createCheck('stock', stockFailures, formatStock(snapshot)),
    createCheck('points', failuresFor('points'), formatPoints(snapshot)),
  ];
}

/** The same checks if the side effects were not read. */
export const sideEffectsNotChecked: readonly Check[] = (
  ['payments', 'stock', 'points'] as const
).map((id) => notChecked(id, 'the side effects were not read'));

function formatPayments({ sideEffects }: SideEffectSnapshot): string {
  const charges = [...sideEffects.values()]
    .flatMap(({ payments }) => payments)
    .filter(({ state }) => state === 'charged');
  const totalMinor = charges.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  return `${charges.length} charged, ${formatMoney(totalMinor / 100)}`;
}

function formatStock({ stockAfter, stockBefore, isExclusive }: SideEffectSnapshot): string {
  const sold = [...stockAfter].reduce(
    (sum, [id, after]) => sum + after.sold - (stockBefore.get(id)?.sold ?? 0),
    0,
  );
  const others = isExclusive ? '' : ', including other orders';
  return `${sold} units of ${stockAfter.size} products sold${others}`;
}

function formatPoints({ sideEffects }: SideEffectSnapshot): string {
  const points = [...sideEffects.values()].reduce((sum, effects) => sum + (effects.points ?? 0), 0);
  return `${points} credited`;
}

const noStock: ProductCounters = { reserved: 0, sold: 0 };

/** Compares the change of each product's counters with the units that the orders took. */
function findStockFailures(
  accepted: readonly ObservedOrder[],
  { stockBefore, stockAfter, isExclusive }: SideEffectSnapshot,
): CheckFailure[] {
  const expected = sumExpectedStock(accepted);
  const haveAllEnded = accepted.every(hasEnded);
  return [...stockAfter].flatMap(([productId, after]) => {
    const change: StockChange = {
      before: stockBefore.get(productId) ?? noStock,
      after,
      expected: expected.get(productId) ?? noStock,
    };
    const messages = [
      describeOversold(after),
      haveAllEnded && describeMissingSales(change),
      ...(haveAllEnded && isExclusive ? describeExactMismatches(change) : []),
    ];
    return messages.flatMap((message) => (message ? [{ productId, message }] : []));
  });
}

interface StockChange {
  readonly before: ProductCounters;
  readonly after: ProductCounters;
  /** Units that the orders took during the test. */
  readonly expected: Counters;
}

function describeOversold({
  available = 0,
  fewest = available,
}: ProductCounters): string | undefined {
  return fewest < 0 ? `oversold by ${-fewest} units` : undefined;
}

/** Other orders can only add to the sold units, so this check does not need exclusive use. */
function describeMissingSales({ before, after, expected }: StockChange): string | undefined {
  const sold = after.sold - before.sold;
  return sold < expected.sold ? describeSold(sold, expected.sold) : undefined;
}

const describeSold = (sold: number, expected: number) =>
  `${sold} counted as sold, but its orders took ${expected}`;

/** Describes deviations that only the orders of the test can have caused. */
function describeExactMismatches({ before, after, expected }: StockChange): string[] {
  const sold = after.sold - before.sold;
  const reserved = after.reserved - before.reserved;
  const removed = (before.available ?? 0) - (after.available ?? 0);
  const isRemovedWrong = before.available !== undefined && removed !== sold + reserved;
  return [
    ...(sold > expected.sold ? [describeSold(sold, expected.sold)] : []),
    ...(reserved === expected.reserved
      ? []
      : [`${reserved} more are reserved, but its orders hold ${expected.reserved}`]),
    ...(isRemovedWrong
      ? [`available fell by ${removed}, but ${sold + reserved} were sold or reserved (restocked?)`]
      : []),
  ];
}

/** Sums the units that the orders took, with the reservation of their items and the submitted quantities. */
function sumExpectedStock(accepted: readonly ObservedOrder[]): Map<string, Counters> {
  return sumCounters(
    accepted.map(({ order: { items }, record }) => ({
      items,
      ...(record?.reservation ? { reservation: record.reservation } : {}),
    })),
  );
}
