/** Derives the outcome of an order from the contract. Pure. */
import { creditCheckCondition } from '../../../functions/contract/credit-check.ts';
import { technicalFailure } from '../../../functions/contract/failure.ts';
import { type Order, toDecimal, totalMinor } from '../../../functions/contract/order.ts';
import { maxStepAttempts } from '../../../functions/contract/retries.ts';
import {
  findTrigger,
  findTriggeredScore,
  matchesTrigger,
  triggers,
} from '../../../functions/contract/triggers.ts';
import {
  isOptional,
  type OrderStatus,
  pointOfNoReturn,
  type StageId,
  stages,
} from '../../../functions/contract/workflow.ts';

export interface ExpectedOutcome {
  readonly status: 'completed' | 'failed';
  /** Stage and code of the failure. */
  readonly stage?: StageId;
  readonly code?: string;
  /** Stages in the order's warnings: failed optional ones, and a failed hand-over, which needs attention. */
  readonly warnings: readonly StageId[];
  /** All statuses up to the end, in sequence. */
  readonly statuses: readonly OrderStatus[];
  /** Status of the ended execution. A rejected order is a successful execution, a technical failure is not. */
  readonly execution: 'SUCCEEDED' | 'FAILED';
  /** Whether the order passes the credit check. */
  readonly creditChecked: boolean;
}

/** Returns the outcome that the values of an order trigger. An order without items is rejected. */
export function expectedOutcome(order: Order): ExpectedOutcome {
  const total = toDecimal(totalMinor(order));
  const warnings: StageId[] = [];
  const reached: OrderStatus[] = [];
  for (const stage of stages) {
    if ('when' in stage && !stage.when.appliesTo(total)) continue;
    const code = triggeredFailure(stage.id, order);
    if (code !== undefined && isOptional(stage.id)) warnings.push(stage.id);
    else if (code !== undefined) {
      return {
        status: 'failed',
        stage: stage.id,
        code,
        warnings: failureWarnings(stage.id, order),
        statuses: [...reached, 'failed'],
        execution: code === technicalFailure ? 'FAILED' : 'SUCCEEDED',
        creditChecked: reached.includes('credit-checked'),
      };
    }
    if ('status' in stage) reached.push(stage.status);
  }
  const ended = { status: 'completed', execution: 'SUCCEEDED' } as const;
  return {
    ...ended,
    warnings,
    statuses: reached,
    creditChecked: creditCheckCondition.appliesTo(total),
  };
}

/** A failed hand-over needs attention. For any other failure the customer is notified, which may fail, too. */
function failureWarnings(failed: StageId, order: Order): StageId[] {
  if (failed === pointOfNoReturn) return [failed];
  return triggeredFailure('send-notifications', order) === undefined ? [] : ['send-notifications'];
}

/** Returns the failure code of the stage for this order, or undefined if the stage succeeds. */
function triggeredFailure(stage: StageId, order: Order): string | undefined {
  if (stage === 'validate-order' && order.items.length === 0) return 'no-items';
  const behavior = findTrigger(stage, order)?.behavior;
  if (!behavior || behavior.kind === 'review') return undefined;
  if (behavior.kind === 'reject') return behavior.code;
  const isTransient = behavior.kind === 'transient' && behavior.times < maxStepAttempts;
  return isTransient ? undefined : technicalFailure;
}

/** Whether an order waits for a review. */
export function waitsForReview(order: Order): boolean {
  return findTriggeredScore(order) !== undefined;
}

/** Whether a step of the order fails at first and then succeeds. */
export function hasTransientError(order: Order): boolean {
  return triggers.some(
    (trigger) => trigger.behavior.kind === 'transient' && matchesTrigger(trigger, order),
  );
}

/** Formats the outcome: `completed`, `failed at quality-check (damaged)`. */
export function formatExpectedOutcome({ status, stage, code }: ExpectedOutcome): string {
  return status === 'completed' ? status : `failed at ${stage} (${code})`;
}
