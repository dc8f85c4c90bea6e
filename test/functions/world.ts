import type { Failure, UndoRecord, Warning } from '../../functions/contract/api.ts';
import type { StageStatus, StepId } from '../../functions/contract/workflow.ts';
import {
  OrderCancelled,
  OrderRejected,
  ProviderUnavailable,
} from '../../functions/order-workflow/failures.ts';
import type { Attempt, Notice, PlacedOrder, Ports } from '../../functions/order-workflow/ports.ts';

export type How = 'rejected' | 'broken';

interface Ending {
  readonly failure?: Failure;
  readonly undos?: readonly UndoRecord[];
  readonly warnings?: readonly Warning[];
  readonly flagged?: boolean;
}

/** A world in memory that writes down what it is asked, fails where the test says, and is cancelled before a status. */
export function world(failing?: { stage: StepId; how: How }, cancelAt?: StageStatus) {
  const calls: string[] = [];
  const keys: string[] = [];
  const notices: Notice[] = [];
  const counted: string[] = [];
  const statuses: (StageStatus | 'awaiting-review' | 'failed' | 'cancelled')[] = [];
  let ended: Ending = {};

  const doing =
    <T>(stage: StepId, result: T) =>
    async (_placed?: PlacedOrder, attempt?: Attempt) => {
      calls.push(stage);
      if (attempt) keys.push(attempt.key);
      if (failing?.stage !== stage) return result;
      if (failing.how === 'rejected') throw new OrderRejected('refused', `${stage} says no`);
      throw new ProviderUnavailable(`${stage} is down`);
    };
  const undo = (name: string) => async () => {
    calls.push(name);
  };

  const ports: Ports = {
    orders: {
      async place() {
        await doing('validate-order', undefined)();
        statuses.push('validated');
      },
      async advance(_id, reached) {
        if (cancelAt && reached.includes(cancelAt)) throw new OrderCancelled('order-1');
        statuses.push(...reached);
      },
      async park() {
        statuses.push('awaiting-review');
      },
      async decide(_id, { decision }) {
        if (decision === 'approve') statuses.push('fraud-checked');
      },
      async beginHandOver() {
        if (cancelAt === 'shipped') throw new OrderCancelled('order-1');
        calls.push('begin-hand-over');
      },
      async keepFailure() {
        // Kept by `fail` in the end.
      },
      async cancel(_placed, ending) {
        statuses.push('cancelled');
        ended = ending;
      },
      async complete(_id, warnings) {
        await doing('complete-order', undefined)();
        statuses.push('completed');
        ended = { warnings };
      },
      async fail(_placed, ending) {
        statuses.push('failed');
        ended = ending;
      },
    },
    payments: {
      charge: doing('process-payment', { paymentId: 'P' }),
      refund: undo('refund-payment'),
    },
    inventory: {
      check: doing('check-inventory', undefined),
      reserve: doing('reserve-inventory', undefined),
      release: undo('release-inventory'),
      handOver: undo('hand-over'),
    },
    risk: {
      checkFraud: doing('fraud-check', { score: 1 }),
      checkCredit: doing('credit-check', { score: 700 }),
    },
    invoices: {
      issue: doing('generate-invoice', { invoiceId: 'I' }),
      void: undo('void-invoice'),
    },
    warehouse: {
      pick: doing('pick-items', undefined),
      returnItems: undo('return-items'),
      inspect: doing('quality-check', undefined),
      pack: doing('package-order', { packageId: 'K' }),
    },
    carrier: {
      label: doing('generate-shipping-label', { trackingNumber: 'T' }),
      cancelLabel: undo('cancel-shipping-label'),
      collect: doing('ship-order', undefined),
    },
    customers: {
      async notify(placed, notice, attempt) {
        notices.push(notice);
        // Of how an order ended the notice alone is written down: it is no stage.
        if (notice.kind === 'shipped')
          await doing('send-notifications', undefined)(placed, attempt);
      },
      creditPoints: doing('update-loyalty-points', { points: 9 }),
    },
    metrics: {
      count(_placed, { what }) {
        counted.push(what);
      },
    },
  };
  return { ports, calls, keys, notices, counted, statuses, ended: () => ended };
}
