import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { OrderOutcome } from '../contract/api.ts';
import { invalidEvent, orderIdTaken, technicalFailure } from '../contract/failure.ts';
import {
  type Order,
  type OrderEvent,
  type OrderProblem,
  parseOrderEvent,
  toDecimal,
  totalMinor,
} from '../contract/order.ts';
import { pathToStore } from '../contract/path.ts';
import { minRejectScore, needsReview } from '../contract/review.ts';
import { stage, type WaitId } from '../contract/workflow.ts';
import { isCancelled, isOrderIdTaken, OrderIdTaken, OrderRejected } from './failures.ts';
import { closeAsCancelled, closeAsFailed } from './finish-order.ts';
import { impatient, type Patience } from './patience.ts';
import type { PlacedOrder, Ports, Work } from './ports.ts';
import { review } from './review.ts';
import { createStageRunner } from './stage-runner.ts';

interface Settings {
  readonly ports: Ports;
  readonly waitSeconds: Readonly<Record<WaitId, number>>;
  /** How long an order waits for its review. */
  readonly reviewTimeoutSeconds: number;
  /** Absent for quick attempts only. */
  readonly patience?: Patience;
}

/**
 * Processes one order from start to finish. Returns the outcome of a completed, rejected or cancelled order. An event that is not an
 * order, or whose id belongs to another execution, is rejected too, and nothing is written. Throws an error if a stage fails for a
 * technical reason (the order ends as `failed`).
 */
export async function processOrder(
  event: unknown,
  context: DurableContext,
  settings: Settings,
): Promise<OrderOutcome> {
  const parsed = parseOrderEvent(event);
  if (!parsed.ok) return rejectEvent(event, parsed.problems);
  try {
    return await runStages(parsed.value, context, settings);
  } catch (error) {
    if (isOrderIdTaken(error)) return rejectOrderId(parsed.value.orderId);
    throw error;
  }
}

async function runStages(
  { orderId, order }: OrderEvent,
  context: DurableContext,
  settings: Settings,
): Promise<OrderOutcome> {
  const { ports, waitSeconds, reviewTimeoutSeconds, patience = impatient } = settings;
  const { orders, payments, inventory, invoices, warehouse, carrier, customers, metrics } = ports;
  const placed = { orderId, order, totalMinor: totalMinor(order) };
  const executionArn = context.executionContext.durableExecutionArn;
  const run = createStageRunner({ context, placed, orders, waitSeconds, patience });
  const { step, stepOrWarn, wait, warnings } = run;
  const reviewed = { context, placed, ports, reviewTimeoutSeconds, patience };

  try {
    await step('validate-order', {
      work: async (_, { record }) => {
        rejectEmptyOrder(order);
        await orders.place(placed, executionArn);
        record.written = true;
        metrics.count(placed, { event: 'accepted' });
        return storedPath(placed);
      },
    });
    await step('check-inventory', { work: inventory.check });
    await step('process-payment', { work: payments.charge, undo: payments.refund });

    await step('reserve-inventory', { work: inventory.reserve, undo: inventory.release });
    const { score } = await step('fraud-check', { work: checkFraud(ports) });
    if (needsReview(score)) {
      await review({ ...reviewed, score });
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
        const current = await orders.beginHandOver(orderId);
        await carrier.collect(...attempt);
        await inventory.handOver(...attempt, current);
      },
    });
    await stepOrWarn('send-notifications', {
      work: (_, attempt) => customers.notify(placed, { kind: 'shipped', trackingNumber }, attempt),
    });
    await stepOrWarn('update-loyalty-points', { work: customers.creditPoints });
    await step('complete-order', {
      work: async (_, { record }) => {
        await orders.complete(orderId, warnings);
        record.written = true;
        metrics.count(placed, { event: 'completed' });
      },
    });
    return { orderId, outcome: 'completed', ...(warnings.length > 0 && { warnings }) };
  } catch (error) {
    if (isOrderIdTaken(error)) throw error;
    const failure = run.toFailure(error);
    const undos = await run.compensate(failure);
    const finish = { context, placed, ports, undos, patience };
    if (isCancelled(error)) {
      await closeAsCancelled(finish);
      return { orderId, outcome: 'cancelled' };
    }
    const flagged = run.isPastPointOfNoReturn();
    await closeAsFailed(finish, { executionArn, failure, flagged });
    if (failure.code === technicalFailure) throw error;
    return { orderId, outcome: 'rejected', failure };
  }
}

/** The path on the order's item. The history keeps it too, because a lost item is rebuilt from the history. */
function storedPath(placed: PlacedOrder): { path: readonly string[] } | undefined {
  const path = pathToStore(toDecimal(placed.totalMinor));
  return path && { path };
}

function rejectEmptyOrder({ items }: Order): void {
  if (items.length > 0) return;
  throw new OrderRejected('no-items', 'The order has no items; it needs at least one');
}

/** Scores the order. An order that needs a review does not get the status yet. */
function checkFraud({ risk }: Ports): Work<{ score: number }> {
  return async (placed, attempt) => {
    const { score } = await risk.checkFraud(placed, attempt);
    if (score >= minRejectScore) {
      throw new OrderRejected('fraud-suspected', 'The order was flagged as fraudulent');
    }
    if (needsReview(score)) attempt.record.statuses = [];
    return { score };
  };
}

/** Checks the credit for large orders only. A skipped check records no status. */
function checkCredit({ risk }: Ports): Work<object> {
  return async (placed, attempt) => {
    const { when } = stage('credit-check');
    if (when.appliesTo(toDecimal(placed.totalMinor))) return risk.checkCredit(placed, attempt);
    attempt.record.statuses = [];
    return { skipped: true, reason: when.skipReason };
  };
}

/** The outcome of an event that is not an order. Names every invalid field and none of their values. */
function rejectEvent(event: unknown, problems: readonly OrderProblem[]): OrderOutcome {
  const { orderId } = (event ?? {}) as { orderId?: unknown };
  const message = problems.map((problem) => problem.message).join('; ');
  return {
    orderId: typeof orderId === 'string' ? orderId : '',
    outcome: 'rejected',
    failure: { stage: 'validate-order', code: invalidEvent, message },
  };
}

/** The outcome of an event whose order id belongs to another execution. */
function rejectOrderId(orderId: string): OrderOutcome {
  const { message } = new OrderIdTaken(orderId);
  const failure = { stage: 'validate-order', code: orderIdTaken, message } as const;
  return { orderId, outcome: 'rejected', failure };
}
