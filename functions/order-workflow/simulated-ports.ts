import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { StepId } from '../contract/workflow.ts';
import { documents, tableName } from '../shared/tables.ts';
import { inventory } from './inventory.ts';
import { ordersTable } from './orders-table.ts';
import { simulatedPayments } from './payments.ts';
import type { Attempt, Customers, PlacedOrder, Ports, Undo, Work } from './ports.ts';
import { answerAs, idFor, logCall } from './provider.ts';

/** Serves a stage and hands out an id derived from the effect's key. */
function serving<Name extends string>(
  stage: StepId,
  name: Name,
  prefix: string,
): Work<Record<Name, string>> {
  return async (placed, attempt) => {
    await answerAs(stage, placed, attempt);
    return { [name]: idFor(prefix, attempt.key) } as Record<Name, string>;
  };
}

const doing =
  (stage: StepId): Work<void> =>
  (placed, attempt) =>
    answerAs(stage, placed, attempt);

/** Taking back at a simulated provider is one more call that it receives. */
const undoing =
  (call: string): Undo =>
  (placed, attempt) =>
    logCall(placed.orderId, { call, attempt, effective: true });

/** A score that is the same for the same order, between `low` and `high`. */
function score({ orderId }: PlacedOrder, low: number, high: number): number {
  return low + (Number.parseInt(idFor('S', orderId).slice(2, 8), 16) % (high - low + 1));
}

/** One point for every ten units of currency, credited once an order. */
const creditPoints: Customers['creditPoints'] = async (placed, attempt) => {
  await answerAs('update-loyalty-points', placed, attempt);
  const points = Math.floor(placed.totalMinor / 1000);
  const { customerId } = placed.order;
  const table = tableName('LOYALTY_TABLE');
  const entry = {
    TableName: table,
    Item: { customerId, entry: placed.orderId, points },
    ConditionExpression: 'attribute_not_exists(customerId)',
  };
  const balance = {
    TableName: table,
    Key: { customerId, entry: 'balance' },
    UpdateExpression: 'ADD points :points',
    ExpressionAttributeValues: { ':points': points },
  };
  try {
    await documents.send(
      new TransactWriteCommand({ TransactItems: [{ Put: entry }, { Update: balance }] }),
    );
  } catch (error) {
    const { CancellationReasons = [] } = error as { CancellationReasons?: { Code?: string }[] };
    if (CancellationReasons[0]?.Code !== 'ConditionalCheckFailed') throw error;
  }
  return { points };
};

/** A text message goes out only to a customer who left a number. */
async function notify(placed: PlacedOrder, attempt: Attempt): Promise<void> {
  await answerAs('send-notifications', placed, attempt);
  if (placed.order.customerPhone === undefined) return;
  await logCall(placed.orderId, { call: 'send-text-message', attempt, effective: true });
}

/** The world of the sample: real stock, loyalty and orders; the other services simulated, each call on record. */
export const simulatedPorts: Ports = {
  orders: ordersTable,
  payments: simulatedPayments,
  inventory,
  risk: {
    async checkFraud(placed, attempt) {
      await answerAs('fraud-check', placed, attempt);
      return { score: score(placed, 0, 40) };
    },
    async checkCredit(placed, attempt) {
      await answerAs('credit-check', placed, attempt);
      return { score: score(placed, 600, 800) };
    },
  },
  invoices: {
    issue: serving('generate-invoice', 'invoiceId', 'INV'),
    void: undoing('void-invoice'),
  },
  warehouse: {
    pick: doing('pick-items'),
    returnItems: undoing('return-items'),
    inspect: doing('quality-check'),
    pack: serving('package-order', 'packageId', 'PKG'),
  },
  carrier: {
    label: serving('generate-shipping-label', 'trackingNumber', 'TRK'),
    cancelLabel: undoing('cancel-shipping-label'),
    collect: doing('ship-order'),
  },
  customers: { notify, creditPoints },
};
