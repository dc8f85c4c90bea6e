import { type StepId, stage, type UndoableId } from '../../contract/workflow.ts';
import type { Customers, PlacedOrder, Ports, Undo, Work } from '../ports.ts';
import { inventory } from './inventory.ts';
import { creditPoints } from './loyalty.ts';
import { embeddedMetrics } from './metrics.ts';
import { createNotifier } from './notifications/notify.ts';
import { simulatedMessenger } from './notifications/simulated.ts';
import { ordersTable } from './orders-table.ts';
import { choosePayments } from './payments/payments.ts';
import {
  idFor,
  simulateCall,
  simulateUndo,
  throwIfTriggered,
  triggeredFraudScore,
} from './simulated.ts';

/** Simulates a stage that returns an id. */
function simulatedStage<Name extends string>(
  id: StepId,
  name: Name,
  prefix: string,
): Work<Record<Name, string>> {
  return async (placed, attempt) => {
    await simulateCall(id, placed, attempt);
    return { [name]: idFor(prefix, attempt.key) } as Record<Name, string>;
  };
}

const simulatedWork =
  (id: StepId): Work<void> =>
  (placed, attempt) =>
    simulateCall(id, placed, attempt);

const simulatedUndo =
  (id: UndoableId): Undo =>
  (placed, attempt) =>
    simulateUndo(placed, { stage: id, undo: stage(id).undo, attempt });

/** A score between `low` and `high`, derived from the order id. */
function score({ orderId }: PlacedOrder, low: number, high: number): number {
  return low + (Number.parseInt(idFor('S', orderId).slice(2, 8), 16) % (high - low + 1));
}

const sendNotice = createNotifier(simulatedMessenger);

const notify: Customers['notify'] = async (placed, notice, attempt) => {
  await throwIfTriggered('send-notifications', placed, { call: 'send-notifications', attempt });
  await sendNotice(placed, notice, attempt);
};

/**
 * The services of the sample: stock, loyalty points and orders in DynamoDB, the payment provider that the template selects,
 * and simulations of all others.
 */
export const services: Ports = {
  orders: ordersTable,
  payments: choosePayments(),
  inventory,
  risk: {
    async checkFraud(placed, attempt) {
      await simulateCall('fraud-check', placed, attempt);
      return { score: triggeredFraudScore(placed) ?? score(placed, 0, 40) };
    },
    async checkCredit(placed, attempt) {
      await simulateCall('credit-check', placed, attempt);
      return { score: score(placed, 600, 800) };
    },
  },
  invoices: {
    issue: simulatedStage('generate-invoice', 'invoiceId', 'INV'),
    void: simulatedUndo('generate-invoice'),
  },
  warehouse: {
    pick: simulatedWork('pick-items'),
    returnItems: simulatedUndo('pick-items'),
    inspect: simulatedWork('quality-check'),
    pack: simulatedStage('package-order', 'packageId', 'PKG'),
  },
  carrier: {
    label: simulatedStage('generate-shipping-label', 'trackingNumber', 'TRK'),
    cancelLabel: simulatedUndo('generate-shipping-label'),
    collect: simulatedWork('ship-order'),
  },
  customers: { notify, creditPoints },
  metrics: embeddedMetrics,
};
