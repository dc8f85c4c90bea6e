import type { Failure, OrderRecord, UndoRecord, Warning } from '../../functions/contract/api.ts';
import {
  pointOfNoReturn,
  type StageStatus,
  type StepId,
  stage,
} from '../../functions/contract/workflow.ts';
import {
  OrderCancelled,
  OrderRejected,
  ProviderUnavailable,
} from '../../functions/order-workflow/failures.ts';
import type { Attempt, Notice, PlacedOrder, Ports } from '../../functions/order-workflow/ports.ts';

export type How = 'rejected' | 'technical';

interface CloseRecord {
  readonly failure?: Failure;
  readonly undos?: readonly UndoRecord[];
  readonly warnings?: readonly Warning[];
  readonly flagged?: boolean;
}

/** Creates ports in memory that record their calls, fail in one stage, and cancel the order before a status. */
export function createFakePorts(failing?: { stage: StepId; how: How }, cancelAt?: StageStatus) {
  const calls: string[] = [];
  const keys: string[] = [];
  const notices: Notice[] = [];
  const counted: string[] = [];
  const statuses: (StageStatus | 'awaiting-review' | 'failed' | 'cancelled')[] = [];
  let closed: CloseRecord = {};

  const work =
    <T>(id: StepId, result: T) =>
    async (_placed?: PlacedOrder, attempt?: Attempt) => {
      calls.push(id);
      if (attempt) keys.push(attempt.key);
      if (failing?.stage !== id) return result;
      if (failing.how === 'rejected') throw new OrderRejected('refused', `${id} is rejected`);
      throw new ProviderUnavailable(`${id} is down`);
    };
  const undo = (name: string) => async () => {
    calls.push(name);
  };

  const ports: Ports = {
    orders: {
      async place() {
        await work('validate-order', undefined)();
        statuses.push('validated');
      },
      async advance(_id, { record: { statuses: reached } }) {
        if (cancelAt && reached.includes(cancelAt)) throw new OrderCancelled('order-1');
        statuses.push(...reached);
      },
      async requestReview() {
        statuses.push('awaiting-review');
      },
      async recordDecision(_id, { decision }) {
        if (decision === 'approve') statuses.push('fraud-checked');
      },
      async beginHandOver() {
        if (cancelAt === stage(pointOfNoReturn).status) throw new OrderCancelled('order-1');
        calls.push('begin-hand-over');
        return {} as OrderRecord;
      },
      async recordFailure() {
        // `fail` records the failure as well.
      },
      async cancel(_placed, details) {
        statuses.push('cancelled');
        closed = details;
      },
      async complete(_id, warnings) {
        await work('complete-order', undefined)();
        statuses.push('completed');
        closed = { warnings };
      },
      async fail(_placed, details) {
        statuses.push('failed');
        closed = details;
      },
    },
    payments: {
      charge: work('process-payment', { paymentId: 'P' }),
      refund: undo('refund-payment'),
    },
    inventory: {
      check: work('check-inventory', undefined),
      reserve: work('reserve-inventory', undefined),
      release: undo('release-inventory'),
      handOver: undo('hand-over'),
    },
    risk: {
      checkFraud: work('fraud-check', { score: 1 }),
      checkCredit: work('credit-check', { score: 700 }),
    },
    invoices: {
      issue: work('generate-invoice', { invoiceId: 'I' }),
      void: undo('void-invoice'),
    },
    warehouse: {
      pick: work('pick-items', undefined),
      returnItems: undo('return-items'),
      inspect: work('quality-check', undefined),
      pack: work('package-order', { packageId: 'K' }),
    },
    carrier: {
      label: work('generate-shipping-label', { trackingNumber: 'T' }),
      cancelLabel: undo('cancel-shipping-label'),
      collect: work('ship-order', undefined),
    },
    customers: {
      async notify(placed, notice, attempt) {
        notices.push(notice);
        // Other notices belong to no stage.
        if (notice.kind === 'shipped') await work('send-notifications', undefined)(placed, attempt);
      },
      creditPoints: work('update-loyalty-points', { points: 9 }),
    },
    metrics: {
      count(_placed, { event }) {
        counted.push(event);
      },
    },
  };
  return { ports, calls, keys, notices, counted, statuses, ended: () => closed };
}
