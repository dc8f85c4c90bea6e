import { type StepId, stage } from '../contract/workflow.ts';
import { tableName } from '../shared/tables.ts';
import { transact } from '../shared/transactions.ts';
import { inventory } from './inventory.ts';
import { ordersTable } from './orders-table.ts';
import { choosePayments } from './payments/payments.ts';
import type { Attempt, Customers, PlacedOrder, Ports, Undo, Work } from './ports.ts';
import {
  answerAs,
  callItem,
  doubtfulScore,
  idFor,
  logCall,
  refuseIfTroubled,
  serveOnce,
  takeBack,
} from './provider.ts';

/** Serves a stage and hands out an id derived from the effect's key. */
function serving<Name extends string>(
  id: StepId,
  name: Name,
  prefix: string,
): Work<Record<Name, string>> {
  return async (placed, attempt) => {
    await answerAs(id, placed, attempt);
    return { [name]: idFor(prefix, attempt.key) } as Record<Name, string>;
  };
}

const doing =
  (id: StepId): Work<void> =>
  (placed, attempt) =>
    answerAs(id, placed, attempt);

/** Takes back what a stage did at a provider that keeps nothing but its log. */
const undoing =
  (id: 'generate-invoice' | 'pick-items' | 'generate-shipping-label'): Undo =>
  (placed, attempt) =>
    takeBack(placed, { stage: id, undo: stage(id).undo, attempt });

/** A score that is the same for the same order, between `low` and `high`. */
function score({ orderId }: PlacedOrder, low: number, high: number): number {
  return low + (Number.parseInt(idFor('S', orderId).slice(2, 8), 16) % (high - low + 1));
}

/** One point for every ten units of currency, credited once an order. */
const creditPoints: Customers['creditPoints'] = async (placed, attempt) => {
  const { orderId, order } = placed;
  const call = 'update-loyalty-points';
  await refuseIfTroubled('update-loyalty-points', placed, { call, attempt });
  const points = Math.floor(placed.totalMinor / 1000);
  const { customerId } = order;
  const table = tableName('LOYALTY_TABLE');
  const credit = {
    TableName: table,
    // The mark is no letter of an order id: no order's entry can be the balance.
    Item: { customerId, entry: `order#${orderId}`, points },
    ConditionExpression: 'attribute_not_exists(customerId)',
  };
  const balance = {
    TableName: table,
    Key: { customerId, entry: 'balance' },
    UpdateExpression: 'ADD points :points',
    ExpressionAttributeValues: { ':points': points },
  };
  const logged = callItem(orderId, { call, attempt, effective: true });
  const items = [{ Put: credit }, { Update: balance }, { Put: logged }];
  const refused = await transact(items, attempt.key);
  if (refused !== undefined) await logCall(orderId, { call, attempt, effective: false });
  return { points };
};

/** A text message goes out only to a customer who left a number. */
async function notify(placed: PlacedOrder, attempt: Attempt): Promise<void> {
  await answerAs('send-notifications', placed, attempt);
  if (placed.order.customerPhone === undefined) return;
  await serveOnce(placed.orderId, { call: 'send-text-message', attempt });
}

/**
 * The world of the sample: real stock, loyalty and orders, payments as the template chooses; the other services
 * simulated, each call on record.
 */
export const simulatedPorts: Ports = {
  orders: ordersTable,
  payments: choosePayments(),
  inventory,
  risk: {
    async checkFraud(placed, attempt) {
      await answerAs('fraud-check', placed, attempt);
      return { score: doubtfulScore(placed) ?? score(placed, 0, 40) };
    },
    async checkCredit(placed, attempt) {
      await answerAs('credit-check', placed, attempt);
      return { score: score(placed, 600, 800) };
    },
  },
  invoices: {
    issue: serving('generate-invoice', 'invoiceId', 'INV'),
    void: undoing('generate-invoice'),
  },
  warehouse: {
    pick: doing('pick-items'),
    returnItems: undoing('pick-items'),
    inspect: doing('quality-check'),
    pack: serving('package-order', 'packageId', 'PKG'),
  },
  carrier: {
    label: serving('generate-shipping-label', 'trackingNumber', 'TRK'),
    cancelLabel: undoing('generate-shipping-label'),
    collect: doing('ship-order'),
  },
  customers: { notify, creditPoints },
};
