/**
 * The order workflow, declared once. Step and wait names, statuses, undo names, titles, the TypeScript
 * unions, the watch view, the README table and the tests are all derived from this table.
 */

interface StageBase {
  readonly id: string;
  readonly title: string;
}

interface StepDeclaration extends StageBase {
  readonly kind: 'step';
  /** The status the order has once this step is done; absent for a step that changes no status. */
  readonly status?: string;
  /** The durable step that takes this one back when a later stage fails. */
  readonly undo?: string;
  /** In words: when the step does its work. Absent means always. */
  readonly when?: string;
}

interface WaitDeclaration extends StageBase {
  readonly kind: 'wait';
  /** The status the order has while it waits. */
  readonly status: string;
  /** Default length; a deployment overrides it with a template parameter. */
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
        when: 'the total is over $1000',
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
      { id: 'send-notifications', kind: 'step', title: 'Notify the customer' },
      { id: 'update-loyalty-points', kind: 'step', title: 'Credit loyalty points' },
      { id: 'complete-order', kind: 'step', title: 'Complete the order', status: 'completed' },
    ],
  },
] as const satisfies readonly PhaseDeclaration[];

export type Phase = (typeof phases)[number];
export type Stage = Phase['stages'][number];
export type StageId = Stage['id'];
export type StepId = Extract<Stage, { kind: 'step' }>['id'];
export type WaitId = Extract<Stage, { kind: 'wait' }>['id'];
export type UndoableId = Extract<Stage, { undo: string }>['id'];
export type UndoId = Extract<Stage, { undo: string }>['undo'];
/** A status that a stage records when it is done (or, for a wait, when it begins). */
export type StageStatus = Extract<Stage, { status: string }>['status'];
/** The statuses that are not a stage's: the review stop and the two unhappy ends. */
export type EndStatus = 'completed' | 'failed' | 'cancelled';
export type OrderStatus = StageStatus | 'awaiting-review' | EndStatus;
/** What a person is shown; `received` is an order whose execution exists and whose item does not yet. */
export type ShownStatus = OrderStatus | 'received';

/** All stages in the order in which they run. */
export const stages: readonly Stage[] = phases.flatMap((phase) => [...phase.stages]);

/** The first stage whose effects are never undone: from here on the order is on its way. */
export const pointOfNoReturn: StepId = 'ship-order';

export function stage<Id extends StageId>(id: Id): Extract<Stage, { id: Id }> {
  return stages.find((candidate) => candidate.id === id) as Extract<Stage, { id: Id }>;
}

export function statusOf(id: StageId): StageStatus | undefined {
  const found = stage(id);
  return 'status' in found ? found.status : undefined;
}

/** The statuses of a completed order in the order in which they are recorded. */
export const statuses: readonly StageStatus[] = stages.flatMap((each) =>
  'status' in each ? [each.status] : [],
);

/**
 * How far along a status is, so that two can be compared; the ends come after every stage. A status write
 * is allowed only to a higher rank.
 */
export function rank(status: OrderStatus): number {
  if (status === 'failed' || status === 'cancelled') return statuses.length + 1;
  if (status === 'awaiting-review') return statuses.indexOf('fraud-checked') - 0.5;
  return statuses.indexOf(status);
}

export function isEnd(status: ShownStatus): status is EndStatus {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/**
 * The undo steps that run when `failed` fails, in the order in which they run: the latest first.
 * `rejected` says that the stage refused before any effect, so that its own undo has nothing to do.
 * Empty from the point of no return on.
 */
export function undosAfter(failed: StageId, how: 'rejected' | 'broken'): readonly UndoId[] {
  const position = stages.findIndex((each) => each.id === failed);
  const noReturn = stages.findIndex((each) => each.id === pointOfNoReturn);
  if (position >= noReturn) return [];
  const reached = stages.slice(0, how === 'broken' ? position + 1 : position);
  return reached.flatMap((each) => ('undo' in each ? [each.undo] : [])).reverse();
}
