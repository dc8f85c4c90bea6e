/** Orders against their executions, payments, stock and points. */
import { quantitiesOf } from '../../../functions/contract/expected-side-effects.ts';
import { isEnd } from '../../../functions/contract/workflow.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { ListQuery } from '../lookup/list.ts';
import { isSuspect, type Suspect } from './audit-order.ts';
import { confirm } from './confirm-mismatches.ts';
import { auditBalances, type Balances } from './loyalty-balances.ts';
import type { Mismatch } from './mismatch.ts';
import { type Attention, attentionOf } from './needs-attention.ts';
import {
  findStrayPayments,
  noStrays,
  type OrderBooks,
  readBooks,
  withStrays,
} from './order-side-effects.ts';
import { isRecovering, readExecutions, readView, type View } from './read-window.ts';
import { isSettling } from './recovery-window.ts';
import { type Frame, readFrame } from './stack-settings.ts';
import { stockMismatch } from './stock.ts';
import { type StockVerdict, verifyStock } from './stock-check.ts';

export interface Verification {
  readonly orders: number;
  /** Executions that these orders have, and those whose orders were lost. */
  readonly executions: number;
  readonly running: number;
  readonly mismatches: readonly Mismatch[];
  /** What is as it should be and waits for a person all the same. */
  readonly attention: readonly Attention[];
  /** What could not be judged, and why, in words. */
  readonly notJudged: readonly string[];
}

/** Verifies the orders of a query. What moves meanwhile is looked at again: no race is told as a mismatch. */
export async function verifyOrders(
  target: Target,
  outputs: StackOutputs,
  query: ListQuery,
): Promise<Verification> {
  const [frame, view] = await Promise.all([readFrame(target), readView(target, outputs, query)]);
  const records = [...view.records.values()];
  const [books, strays, recovering] = await Promise.all([
    readBooks(target, outputs, records),
    frame.keepsPayments ? findStrayPayments(target, outputs) : noStrays,
    isRecovering(target, outputs),
  ]);
  const suspects = [...suspectsIn(view, books)].map((each) =>
    each.books ? { ...each, books: withStrays(each.books, strays) } : each,
  );
  const judging = { keptSince: frame.keptSince, judged: { payments: frame.keepsPayments } };
  const confirmed = await confirm(target, outputs, {
    ...judging,
    suspects: suspects.filter((each) => isSuspect(each, judging)),
    relist: () => readExecutions(target, outputs, view.startedAfter),
  });
  const { timeScale } = target;
  const settling = new Set(
    confirmed.seen
      .filter((each) => isSettling(each, { recovering, timeScale }))
      .map(({ orderId }) => orderId),
  );
  const mismatches = confirmed.mismatches.filter(
    ({ kind, orderId = '' }) => kind !== 'unfinished' || !settling.has(orderId),
  );
  const [balances, stock, attention] = await Promise.all([
    auditBalances(target, outputs, records),
    verifyStock(target, outputs, { query, view, frame }),
    attentionOf(target, outputs, records),
  ]);
  const sums = sumsBeside(mismatches, { view, balances, stock });
  return {
    orders: records.length,
    executions:
      records.filter(({ executionArn }) => view.executions.has(executionArn)).length +
      mismatches.filter(({ kind }) => kind === 'lost-row').length,
    running: records.filter(({ status }) => !isEnd(status)).length,
    mismatches: [...mismatches, ...sums.mismatches],
    attention: attention.found,
    notJudged: [
      ...notJudged(frame, strays.complete),
      ...confirmed.notJudged,
      ...sums.notJudged,
      ...attention.notJudged,
    ],
  };
}

/** Sums are judged where nothing is wrong with an order that they are made of: that is to be mended first. */
function sumsBeside(
  mismatches: readonly Mismatch[],
  { view, balances, stock }: { view: View; balances: Balances; stock: StockVerdict },
): Pick<Verification, 'mismatches' | 'notJudged'> {
  const wrong = mismatches.map(({ orderId = '' }) => view.records.get(orderId));
  const customers = new Set(wrong.map((record) => record?.customerId));
  const products = new Set(
    wrong.flatMap((record) => (record ? [...quantitiesOf(record).keys()] : [])),
  );
  const isLost = mismatches.some(({ kind }) => kind === 'lost-row');
  const clear = isLost ? [] : stock.differences.filter((each) => !products.has(each.productId));
  const open = stock.differences.length - clear.length;
  const unread = balances.unread.length;
  return {
    mismatches: [
      ...balances.mismatches.filter(({ customerId }) => !customers.has(customerId)),
      ...clear.map(stockMismatch),
    ],
    notJudged: [
      ...(unread > 0 ? [`the loyalty balances of ${unread} customers: too many entries`] : []),
      ...(open > 0 ? [`stock of ${open} products: until the orders above are repaired`] : []),
      ...stock.notJudged,
    ],
  };
}

function* suspectsIn(view: View, books: ReadonlyMap<string, OrderBooks>): Generator<Suspect> {
  for (const record of view.records.values()) {
    const { orderId, executionArn } = record;
    yield {
      orderId,
      record,
      execution: view.executions.get(executionArn),
      books: books.get(orderId),
    };
  }
  for (const execution of view.rowless) yield { orderId: execution.orderId, execution };
}

function notJudged({ keepsPayments }: Frame, complete: boolean): string[] {
  return [
    ...(keepsPayments ? [] : ['payments: they are at Stripe (its dashboard has them by order id)']),
    ...(complete ? [] : ['payments under keys that no log names: the table is too large']),
  ];
}
