import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { OrderOutcome } from '../contract/api.ts';
import { type Order, parseOrderEvent, totalMinor } from '../contract/order.ts';
import { needsReview, refuseFrom } from '../contract/review.ts';
import { stage, type WaitId } from '../contract/workflow.ts';
import { isCancelled, isOrderIdTaken, OrderRejected, technicalFailure } from './failures.ts';
import { closeAsCancelled, closeAsFailed } from './finish-order.ts';
import type { Ports, Work } from './ports.ts';
import { review } from './review.ts';
import { stageRunner } from './stage-runner.ts';

/** In minor units: above it the customer's credit is checked. */
const creditCheckAbove = 100_000;

interface Settings {
  readonly ports: Ports;
  readonly waitSeconds: Readonly<Record<WaitId, number>>;
  /** How long an order in doubt waits for a person. */
  readonly reviewSeconds: number;
}

/**
 * One order, start to finish. Returns the outcome of an order that completed or that the business refused; throws when
 * the event is not an order or its id is another execution's (nothing is written then), or when a stage broke for good
 * (its order ends `failed`).
 */
export async function processOrder(
  event: unknown,
  context: DurableContext,
  settings: Settings,
): Promise<OrderOutcome> {
  const { orderId, order } = orderOf(event);
  const { ports, waitSeconds, reviewSeconds } = settings;
  const { orders, payments, inventory, invoices, warehouse, carrier, customers, metrics } = ports;
  const placed = { orderId, order, totalMinor: totalMinor(order) };
  const executionArn = context.executionContext.durableExecutionArn;
  const run = stageRunner({ context, placed, orders, waitSeconds });
  const { step, stepOrWarn, wait, warnings } = run;

  try {
    await step('validate-order', {
      work: async () => {
        refuseWithoutItems(order);
        await orders.place(placed, executionArn);
        metrics.count(placed, { what: 'accepted' });
      },
    });
    await step('check-inventory', { work: inventory.check });
    await step('process-payment', { work: payments.charge, undo: payments.refund });

    await step('reserve-inventory', { work: inventory.reserve, undo: inventory.release });
    const { score } = await step('fraud-check', { work: checkFraud(ports) });
    if (needsReview(score)) {
      await review({ context, placed, ports, score, timeoutSeconds: reviewSeconds });
    }
    await step('credit-check', { work: checkCredit(ports) });

    await step('generate-invoice', { work: invoices.issue, undo: invoices.void });

    await wait('await-warehouse');
    await step('pick-items', { work: warehouse.pick, undo: warehouse.returnItems });
    await step('quality-check', { work: warehouse.inspect });
    await step('package-order', { work: warehouse.pack });
    const { trackingNumber } = await step('generate-shipping-label', {
      work: carrier.label,
      undo: carrier.cancelLabel,
    });

    await wait('await-pickup');
    run.passPointOfNoReturn();
    await step('ship-order', {
      work: async (...attempt) => {
        await orders.beginHandOver(orderId);
        await carrier.collect(...attempt);
        await inventory.handOver(...attempt);
      },
    });
    await stepOrWarn('send-notifications', {
      work: (_, attempt) => customers.notify(placed, { kind: 'shipped', trackingNumber }, attempt),
    });
    await stepOrWarn('update-loyalty-points', { work: customers.creditPoints });
    await step('complete-order', {
      work: async () => {
        await orders.complete(orderId, warnings);
        metrics.count(placed, { what: 'completed' });
      },
    });
    return { orderId, outcome: 'completed', ...(warnings.length > 0 && { warnings }) };
  } catch (error) {
    if (isOrderIdTaken(error)) throw error;
    const failure = run.failureOf(error);
    const undos = await run.undoAfter(failure);
    const closing = { context, placed, ports, undos };
    if (isCancelled(error)) {
      await closeAsCancelled(closing);
      return { orderId, outcome: 'cancelled' };
    }
    const flagged = run.isPastPointOfNoReturn();
    await closeAsFailed(closing, { executionArn, failure, flagged });
    if (failure.code === technicalFailure) throw error;
    return { orderId, outcome: 'rejected', failure };
  }
}

function refuseWithoutItems({ items }: Order): void {
  if (items.length > 0) return;
  throw new OrderRejected('no-items', 'The order has no items; it needs at least one');
}

/** Scores the order; the step records its status itself, as one that needs a review does not have it yet. */
function checkFraud({ risk, orders }: Ports): Work<{ score: number }> {
  return async (placed, attempt) => {
    const { score } = await risk.checkFraud(placed, attempt);
    if (score >= refuseFrom) {
      throw new OrderRejected('fraud-suspected', 'The order was flagged as fraudulent');
    }
    if (!needsReview(score)) await orders.advance(placed.orderId, [stage('fraud-check').status]);
    return { score };
  };
}

/** Asks the credit service about large orders only; the step records its status itself, as it may be skipped. */
function checkCredit({ risk, orders }: Ports): Work<object> {
  return async (placed, attempt) => {
    if (placed.totalMinor <= creditCheckAbove) {
      return { skipped: true, reason: 'The total is $1000 or less' };
    }
    const result = await risk.checkCredit(placed, attempt);
    await orders.advance(placed.orderId, [stage('credit-check').status]);
    return result;
  };
}

/** The event as an order; throws an error that names every field that is wrong, and none of its values. */
function orderOf(event: unknown) {
  const parsed = parseOrderEvent(event);
  if (parsed.ok) return parsed.value;
  const error = new Error(parsed.problems.map(({ message }) => message).join('; '));
  error.name = 'InvalidOrderEvent';
  throw error;
}
