import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Failure, UndoRecord, Warning } from '../contract/api.ts';
import { technicalFailure } from '../contract/failure.ts';
import { effectKey } from '../contract/tables.ts';
import {
  type OptionalStepId,
  type StepId,
  statusesRecordedBy,
  type UndoableId,
  type WaitId,
} from '../contract/workflow.ts';
import { createCompensations } from './compensations.ts';
import { cancelled, isCancelled, publicErrorMessage, rejectionCode } from './failures.ts';
import { type Patience, waitForProvider } from './patience.ts';
import type { PlacedOrder, Ports, StageRecord, Undo, Work } from './ports.ts';
import { compensationRetryStrategy } from './retry.ts';
import { type StepFunction, traced } from './traced-step.ts';

/** The work of a step, and its undo if the contract declares one. */
type StepWork<T, Id extends StepId> = Id extends UndoableId
  ? { readonly work: Work<T>; readonly undo: Undo }
  : { readonly work: Work<T> };

type RequiredStepId = Exclude<StepId, OptionalStepId>;

export interface StageRunner {
  readonly step: <T, Id extends RequiredStepId>(id: Id, work: StepWork<T, Id>) => Promise<T>;
  /** Runs a step that the order can complete without: a failure becomes a warning. */
  readonly stepOrWarn: <T, Id extends OptionalStepId>(
    id: Id,
    work: StepWork<T, Id>,
  ) => Promise<void>;
  readonly wait: (id: WaitId) => Promise<void>;
  readonly warnings: readonly Warning[];
  /** From now on a failure undoes nothing. */
  readonly passPointOfNoReturn: () => void;
  readonly isPastPointOfNoReturn: () => boolean;
  /** Converts the error of the current stage to the failure in the order's record. */
  readonly toFailure: (error: unknown) => Failure;
  readonly compensate: (failure: Failure) => Promise<UndoRecord[]>;
}

interface RunnerOptions {
  readonly context: DurableContext;
  readonly placed: PlacedOrder;
  readonly orders: Ports['orders'];
  readonly waitSeconds: Readonly<Record<WaitId, number>>;
  readonly patience: Patience;
}

/** Maps stages of the contract to durable operations; no other module knows both. */
export function createStageRunner({
  context,
  placed,
  orders,
  waitSeconds,
  patience,
}: RunnerOptions): StageRunner {
  const { orderId } = placed;
  const compensations = createCompensations(context, placed);
  const warnings: Warning[] = [];
  let current: StepId = 'validate-order';

  const toFailure = (error: unknown): Failure => ({
    stage: current,
    code: isCancelled(error) ? cancelled : (rejectionCode(error) ?? technicalFailure),
    message: publicErrorMessage(error),
  });

  async function step<T, Id extends StepId>(id: Id, stepWork: StepWork<T, Id>): Promise<T> {
    current = id;
    if ('undo' in stepWork) compensations.register(id, stepWork.undo);
    const work: StepFunction<T> = async ({ attempt: number }) => {
      const record: StageRecord = { statuses: statusesRecordedBy(id), calls: [], written: false };
      const attempt = { key: effectKey(orderId, id), number, record };
      const result = await stepWork.work(placed, attempt);
      // The status is written inside the step, so that a replay does not write it again.
      if (hasUnwritten(record)) await orders.advance(orderId, attempt);
      return result;
    };
    const patient = waitForProvider({ orderId, stage: id, patience }, work);
    const retryStrategy =
      id === 'complete-order' ? compensationRetryStrategy : patient.retryStrategy;
    return context.step(id, traced(id, placed, patient.work), { retryStrategy });
  }

  return {
    step,
    async stepOrWarn(id, work) {
      try {
        await step(id, work);
      } catch (error) {
        const { stage, message } = toFailure(error);
        warnings.push({ stage, message });
      }
    },
    wait: (id) => context.wait(id, { seconds: waitSeconds[id] }),
    warnings,
    passPointOfNoReturn: compensations.disable,
    isPastPointOfNoReturn: compensations.isDisabled,
    toFailure,
    compensate: compensations.runAfter,
  };
}

function hasUnwritten({ statuses, calls, written }: StageRecord): boolean {
  return !written && statuses.length + calls.length > 0;
}
