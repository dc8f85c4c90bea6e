/**
 * The order workflow, declared once. Step and wait names, statuses, undo names, titles, the TypeScript unions, the watch
 * view, the README table and the tests are derived from this table.
 */
import { creditCheckCondition, type StageCondition } from './credit-check.ts';

interface StageBase {
  readonly id: string;
  readonly title: string;
}

interface StepDeclaration extends StageBase {
  readonly kind: 'step';
  /** The order's status after this step; absent if the step changes no status. */
  readonly status?: string;
  /** The durable step that reverses this one when a later stage fails. */
  readonly undo?: string;
  /** When the step does its work; absent means always. */
  readonly when?: StageCondition;
  /** The order completes without this step: a failure becomes a warning. */
  readonly optional?: true;
}

interface WaitDeclaration extends StageBase {
  readonly kind: 'wait';
  /** The order's status during the wait. */
  readonly status: string;
  /** Default length; a template parameter overrides it. */
  readonly seconds: number;
}

interface PhaseDeclaration {
  readonly id: string;
  readonly title: string;
  readonly stages: readonly (StepDeclaration | WaitDeclaration)[];
}

export const phases = [
  {
    id: 'validation',
    title: 'Validation',
    stages: [
      { id: 'validate-order', kind: 'step', title: 'Validate the order', status: 'validated' },
      {
        id: 'check-inventory',
        kind: 'step',
        title: 'Check the inventory',
        status: 'inventory-checked',
      },
      {
        id: 'process-payment',
        kind: 'step',
        title: 'Process the payment',
        status: 'payment-processed',
        undo: 'refund-payment',
      },
    ],
  },
  {
    id: 'risk-assessment',
    title: 'Risk assessment',
    stages: [
      {
        id: 'reserve-inventory',
        kind: 'step',
        title: 'Reserve the inventory',
        status: 'inventory-reserved',
        undo: 'release-inventory',
      },
      { id: 'fraud-check', kind: 'step', title: 'Check for fraud', status: 'fraud-checked' },
      {
        id: 'credit-check',
        kind: 'step',
        title: 'Check the credit',
        status: 'credit-checked',
        when: creditCheckCondition,
      },
    ],
  },
  {
    id: 'invoice',
    title: 'Invoice',
    stages: [
      {
        id: 'generate-invoice',
        kind: 'step',
        title: 'Generate the invoice',
        status: 'invoice-generated',
        undo: 'void-invoice',
      },
    ],
  },
  {
    id: 'fulfillment',
    title: 'Fulfillment',
    stages: [
      {
        id: 'await-warehouse',
        kind: 'wait',
        title: 'Wait for the warehouse',
        status: 'awaiting-warehouse',
        seconds: 300,
      },
      {
        id: 'pick-items',
        kind: 'step',
        title: 'Pick the items',
        status: 'items-picked',
        undo: 'return-items',
      },
      { id: 'quality-check', kind: 'step', title: 'Check the quality', status: 'quality-checked' },
      { id: 'package-order', kind: 'step', title: 'Package the order', status: 'packaged' },
      {
        id: 'generate-shipping-label',
        kind: 'step',
        title: 'Generate the shipping label',
        undo: 'cancel-shipping-label',
      },
    ],
  },
  {
    id: 'shipping',
    title: 'Shipping and completion',
    stages: [
      {
        id: 'await-pickup',
        kind: 'wait',
        title: 'Wait for the carrier',
        status: 'awaiting-pickup',
        seconds: 180,
      },
      { id: 'ship-order', kind: 'step', title: 'Ship the order', status: 'shipped' },
      { id: 'send-notifications', kind: 'step', title: 'Notify the customer', optional: true },
      {
        id: 'update-loyalty-points',
        kind: 'step',
        title: 'Credit loyalty points',
        optional: true,
      },
      { id: 'complete-order', kind: 'step', title: 'Complete the order', status: 'completed' },
    ],
  },
] as const satisfies readonly PhaseDeclaration[];

export type Phase = (typeof phases)[number];
export type Stage = Phase['stages'][number];
export type StageId = Stage['id'];
export type StepId = Extract<Stage, { kind: 'step' }>['id'];
export type WaitId = Extract<Stage, { kind: 'wait' }>['id'];
/** A step that an order can complete without. */
export type OptionalStepId = Extract<Stage, { optional: true }>['id'];
export type UndoableId = Extract<Stage, { undo: string }>['id'];
export type UndoId = Extract<Stage, { undo: string }>['undo'];
/** A status that a stage records: a step after its work, a wait when it begins. */
export type StageStatus = Extract<Stage, { status: string }>['status'];
export type TerminalStatus = 'completed' | 'failed' | 'cancelled';
export type OrderStatus = StageStatus | 'awaiting-review' | TerminalStatus;
/** A status as views show it. `received`: the execution exists, but its item does not exist yet. */
export type ShownStatus = OrderStatus | 'received';

/** All stages in the order in which they run. */
export const stages: readonly Stage[] = phases.flatMap((phase) => [...phase.stages]);

/** The first stage after whose start nothing is undone. */
export const pointOfNoReturn = 'ship-order' satisfies StepId;

/** The stage after which an order may wait for a review. */
export const reviewedStage = 'fraud-check' satisfies StepId;

/** The durable steps that close an order which did not complete. */
export const finishOperations = {
  notify: 'notify-customer',
  fail: 'fail-order',
  cancel: 'cancel-order',
} as const;

/** The declaration of a stage. */
export function stage<Id extends StageId>(id: Id): Extract<Stage, { id: Id }> {
  return stages.find((candidate) => candidate.id === id) as Extract<Stage, { id: Id }>;
}

export function isOptional(id: string): id is OptionalStepId {
  return stages.some((candidate) => candidate.id === id && 'optional' in candidate);
}

/** The statuses of a completed order in the order in which they are recorded. */
export const statuses: readonly StageStatus[] = stages.flatMap((candidate) =>
  'status' in candidate ? [candidate.status] : [],
);

/**
 * The statuses that a step records after its work: its own status and the status of a wait that follows directly, in one
 * write. (A wait cannot record its own status: every replay would write it again.) Empty for a wait.
 */
export function statusesRecordedBy(id: StageId): StageStatus[] {
  const index = stages.findIndex((candidate) => candidate.id === id);
  const [step, next] = stages.slice(index, index + 2);
  if (step?.kind !== 'step') return [];
  const own = 'status' in step ? [step.status] : [];
  return next?.kind === 'wait' ? [...own, next.status] : own;
}

/**
 * The position of a status in the workflow. A status is only overwritten by a status with a higher rank. Terminal statuses
 * rank above all others.
 */
export function statusRank(status: OrderStatus): number {
  if (status === 'failed' || status === 'cancelled') return statuses.length + 1;
  if (status === 'awaiting-review') return statuses.indexOf(stage(reviewedStage).status) - 0.5;
  return statuses.indexOf(status);
}

export function isTerminal(status: ShownStatus): status is TerminalStatus {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/**
 * The undo steps that run when the stage `failed` fails, the latest stage first. After a technical failure the stage may
 * have done its work, so its own undo runs as well; a rejected stage did nothing. Empty from the point of no return on.
 */
export function undosForFailureAt(
  failed: StageId,
  how: 'rejected' | 'technical',
): readonly UndoId[] {
  const position = stages.findIndex((candidate) => candidate.id === failed);
  const noReturn = stages.findIndex((candidate) => candidate.id === pointOfNoReturn);
  if (position >= noReturn) return [];
  const started = stages.slice(0, how === 'technical' ? position + 1 : position);
  return started.flatMap((candidate) => ('undo' in candidate ? [candidate.undo] : [])).reverse();
}
