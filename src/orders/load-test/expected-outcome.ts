/** What the contract says must become of an order. Pure. */
import { type Order, toDecimal, totalMinor } from '../../../functions/contract/order.ts';
import { type Trigger, triggers } from '../../../functions/contract/triggers.ts';
import {
  type OrderStatus,
  pointOfNoReturn,
  type StageId,
  type StepId,
  stages,
} from '../../../functions/contract/workflow.ts';
import { creditCheckAbove } from '../../workflow/progress.ts';

export interface ExpectedEnd {
  readonly status: 'completed' | 'failed';
  /** Where it fails, and the failure's code. */
  readonly stage?: StageId;
  readonly code?: string;
  /** The stages that could not be done and are done without, and a hand-over that somebody has to look at. */
  readonly warnings: readonly StageId[];
  /** Every status it has been in by then, in their order. */
  readonly statuses: readonly OrderStatus[];
  /** How its execution ends: a business no is an outcome, a technical failure is not. */
  readonly execution: 'SUCCEEDED' | 'FAILED';
  /** Whether its credit is checked, successfully. */
  readonly creditChecked: boolean;
}

/** A step is tried so often; a hiccup that lasts longer is a failure. */
const attempts = 4;
/** The steps that an order can do without. */
const optional: readonly StepId[] = ['send-notifications', 'update-loyalty-points'];
const technicalFailure = 'technical-failure';

/** The end that the values in an order ask for: the triggers of the contract, and no items. */
export function expectedEnd(order: Order): ExpectedEnd {
  const checksCredit = toDecimal(totalMinor(order)) > creditCheckAbove;
  const warnings: StageId[] = [];
  const reached: OrderStatus[] = [];
  for (const stage of stages) {
    if (stage.id === 'credit-check' && !checksCredit) continue;
    const code = troubleIn(stage.id, order);
    if (code !== undefined && optional.some((id) => id === stage.id)) warnings.push(stage.id);
    else if (code !== undefined) {
      return {
        status: 'failed',
        stage: stage.id,
        code,
        warnings: warningsOfFailure(stage.id, order),
        statuses: [...reached, 'failed'],
        execution: code === technicalFailure ? 'FAILED' : 'SUCCEEDED',
        creditChecked: reached.includes('credit-checked'),
      };
    }
    if ('status' in stage) reached.push(stage.status);
  }
  const ended = { status: 'completed', execution: 'SUCCEEDED' } as const;
  return { ...ended, warnings, statuses: reached, creditChecked: checksCredit };
}

/** An order that failed at its hand-over is left to a person; of any other the customer is told, who may be out of reach. */
function warningsOfFailure(failed: StageId, order: Order): StageId[] {
  if (failed === pointOfNoReturn) return [failed];
  return troubleIn('send-notifications', order) === undefined ? [] : ['send-notifications'];
}

/** The code with which a stage fails for an order, if it does. */
function troubleIn(stage: StageId, order: Order): string | undefined {
  if (stage === 'validate-order' && order.items.length === 0) return 'no-items';
  const trigger = triggers.find((each) => each.stage === stage && meets(each, order));
  if (!trigger) return undefined;
  const { does }: Trigger = trigger;
  if (does.kind === 'reject') return does.code;
  if (does.kind === 'doubt') return undefined;
  return does.kind === 'break' || does.times >= attempts ? technicalFailure : undefined;
}

/** Whether an order goes no further by itself than to a person's review. */
export function waitsForReview(order: Order): boolean {
  return triggers.some((each) => each.does.kind === 'doubt' && meets(each, order));
}

function meets({ on, value }: Trigger, order: Order): boolean {
  if (on === 'customerId') return order.customerId === value;
  return order.items.some(({ productId }) => productId === value);
}

/** The end in words: `completed`, `failed at quality-check (damaged)`. */
export function describeExpected({ status, stage, code }: ExpectedEnd): string {
  return status === 'completed' ? status : `failed at ${stage} (${code})`;
}
