import { type StepId, stage } from '../../contract/workflow.ts';
import type { Customers, PlacedOrder, Ports, Undo, Work } from '../ports.ts';
import { inventory } from './inventory.ts';
import { creditPoints } from './loyalty.ts';
import { embeddedMetrics } from './metrics.ts';
import { notifyWith } from './notifications/notify.ts';
import { simulatedMessenger } from './notifications/simulated.ts';
import { ordersTable } from './orders-table.ts';
import { choosePayments } from './payments/payments.ts';
import { answerAs, doubtfulScore, idFor, refuseIfTroubled, takeBack } from './simulated.ts';

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

const tell = notifyWith(simulatedMessenger);

const notify: Customers['notify'] = async (placed, notice, attempt) => {
  await refuseIfTroubled('send-notifications', placed, { call: 'send-notifications', attempt });
  await tell(placed, notice, attempt);
};

/**
 * The world of the sample: real stock, loyalty and orders, payments as the template chooses; the other services
 * simulated, each call on record.
 */
export const services: Ports = {
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
  metrics: embeddedMetrics,
};
