/** Compares orders with their executions, payments, stock and loyalty points. */

import { quantityByProduct } from '../../../functions/contract/expected-side-effects.ts';
import { isTerminal } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import type { ListQuery } from '../lookup/list.ts';
import { readStackSettings, type StackSettings } from '../lookup/stack-settings.ts';
import { type AuditedOrder, isSuspect } from './audit-order.ts';
import { type Confirmed, confirmMismatches } from './confirm-mismatches.ts';
import { auditBalances, type BalanceAudit } from './loyalty-balances.ts';
import type { Mismatch } from './mismatch.ts';
import { type Attention, findAttention } from './needs-attention.ts';
import {
  findUnmatchedPayments,
  noUnmatchedPayments,
  type OrderSideEffects,
  readSideEffects,
  withUnmatchedPayments,
} from './order-side-effects.ts';
import {
  isRecovering,
  readExecutions,
  readWindow,
  type VerificationWindow,
} from './read-window.ts';
import { isRecoveryPending } from './recovery-window.ts';
import { stockMismatch } from './stock.ts';
import { type StockVerification, verifyStock } from './stock-check.ts';

export interface Verification {
  readonly orders: number;
  /** Executions of these orders, and of lost orders. */
  readonly executions: number;
  readonly running: number;
  readonly mismatches: readonly Mismatch[];
  /** Orders that are consistent and still need attention. */
  readonly attention: readonly Attention[];
  /** What could not be verified, and why. */
  readonly notJudged: readonly string[];
}

/** Verifies the orders of a query. Orders that change meanwhile are checked again, so that no race is reported as a mismatch. */
export async function verifyOrders(stack: Stack, query: ListQuery): Promise<Verification> {
  const [settings, window] = await Promise.all([
    readStackSettings(stack.target),
    readWindow(stack, query),
  ]);
  const records = [...window.records.values()];
  const [sideEffects, unmatched, recovering] = await Promise.all([
    readSideEffects(stack, records),
    settings.keepsPayments ? findUnmatchedPayments(stack) : noUnmatchedPayments,
    isRecovering(stack),
  ]);
  const orders = [...listOrdersToAudit(window, sideEffects)].map((order) =>
    order.sideEffects
      ? { ...order, sideEffects: withUnmatchedPayments(order.sideEffects, unmatched) }
      : order,
  );
  const options = {
    retainedSince: settings.retainedSince,
    scope: { payments: settings.keepsPayments },
  };
  const confirmed = await confirmMismatches(stack, {
    ...options,
    suspects: orders.filter((order) => isSuspect(order, options)),
    relist: () => readExecutions(stack, window.startedAfter),
  });
  const { timeScale } = stack.target;
  const mismatches = withoutRecovering(confirmed, { recovering, timeScale });
  const [balances, stock, attention] = await Promise.all([
    auditBalances(stack, records),
    verifyStock(stack, { query, window, settings }),
    findAttention(stack, records),
  ]);
  const sums = mergeSums(mismatches, { window, balances, stock });
  return {
    orders: records.length,
    executions:
      records.filter(({ executionArn }) => window.executions.has(executionArn)).length +
      mismatches.filter(({ kind }) => kind === 'lost-row').length,
    running: records.filter(({ status }) => !isTerminal(status)).length,
    mismatches: [...mismatches, ...sums.mismatches],
    attention: attention.found,
    notJudged: [
      ...paymentLimits(settings, unmatched.complete),
      ...confirmed.notJudged,
      ...sums.notJudged,
      ...attention.notJudged,
    ],
  };
}

/** Leaves out the unfinished orders that the recovery is about to close. */
function withoutRecovering(
  { mismatches, seen }: Confirmed,
  options: { readonly recovering: boolean; readonly timeScale: number },
): Mismatch[] {
  const pending = new Set(
    seen.filter((order) => isRecoveryPending(order, options)).map(({ orderId }) => orderId),
  );
  return mismatches.filter(
    ({ kind, orderId = '' }) => kind !== 'unfinished' || !pending.has(orderId),
  );
}

interface Sums {
  readonly window: VerificationWindow;
  readonly balances: BalanceAudit;
  readonly stock: StockVerification;
}

/** Returns the mismatches of sums to which no mismatched order contributes: such an order has to be repaired first. */
function mergeSums(
  mismatches: readonly Mismatch[],
  { window, balances, stock }: Sums,
): Pick<Verification, 'mismatches' | 'notJudged'> {
  const mismatched = mismatches.map(({ orderId = '' }) => window.records.get(orderId));
  const customers = new Set(mismatched.map((record) => record?.customerId));
  const products = new Set(
    mismatched.flatMap((record) => (record ? [...quantityByProduct(record).keys()] : [])),
  );
  const hasLostRow = mismatches.some(({ kind }) => kind === 'lost-row');
  const certain = hasLostRow
    ? []
    : stock.differences.filter(({ productId }) => !products.has(productId));
  const postponed = countProducts(stock.differences) - countProducts(certain);
  const unread = balances.unread.length;
  return {
    mismatches: [
      ...balances.mismatches.filter(({ customerId }) => !customers.has(customerId)),
      ...certain.map(stockMismatch),
    ],
    notJudged: [
      ...(unread > 0 ? [`the loyalty balances of ${unread} customers: too many entries`] : []),
      ...(postponed > 0
        ? [`stock of ${postponed} products: until the orders above are repaired`]
        : []),
      ...stock.notJudged,
    ],
  };
}

function countProducts(differences: StockVerification['differences']): number {
  return new Set(differences.map(({ productId }) => productId)).size;
}

function* listOrdersToAudit(
  window: VerificationWindow,
  sideEffects: ReadonlyMap<string, OrderSideEffects>,
): Generator<AuditedOrder> {
  for (const record of window.records.values()) {
    const { orderId, executionArn } = record;
    yield {
      orderId,
      record,
      execution: window.executions.get(executionArn),
      sideEffects: sideEffects.get(orderId),
    };
  }
  for (const execution of window.executionsWithoutRow) {
    yield { orderId: execution.orderId, execution };
  }
}

function paymentLimits({ keepsPayments }: StackSettings, isScanComplete: boolean): string[] {
  return [
    ...(keepsPayments ? [] : ['payments: they are at Stripe (see its dashboard, by order id)']),
    ...(isScanComplete ? [] : ['payments under unknown keys: the table is too large']),
  ];
}
