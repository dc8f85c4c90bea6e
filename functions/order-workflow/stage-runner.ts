import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Failure, UndoRecord, Warning } from '../contract/api.ts';
import {
  type StageStatus,
  type StepId,
  stages,
  statusOf,
  type UndoableId,
  type WaitId,
} from '../contract/workflow.ts';
import { undosOf } from './compensations.ts';
import { cancelled, isCancelled, reasonOf, rejectionCode, technicalFailure } from './failures.ts';
import { effectKey, type PlacedOrder, type Ports, type Undo, type Work } from './ports.ts';
import { retryGenerously, retryHiccups } from './retry.ts';
import { observed, type StepFunction } from './traced-step.ts';

/** What a step of the contract does; one that can be undone cannot be written without its undo. */
type StepWork<T, Id extends StepId> = Id extends UndoableId
  ? { readonly work: Work<T>; readonly undo: Undo }
  : { readonly work: Work<T> };

export interface StageRunner {
  readonly step: <T, Id extends StepId>(id: Id, does: StepWork<T, Id>) => Promise<T>;
  /** A step that the order can do without: when it cannot be done, that is told among the warnings. */
  readonly stepOrWarn: <T, Id extends StepId>(id: Id, does: StepWork<T, Id>) => Promise<void>;
  readonly wait: (id: WaitId) => Promise<void>;
  readonly warnings: readonly Warning[];
  /** From here on nothing is taken back any more. */
  readonly passPointOfNoReturn: () => void;
  readonly isPastPointOfNoReturn: () => boolean;
  /** Why the stage that failed did, for the order's record. */
  readonly failureOf: (error: unknown) => Failure;
  readonly undoAfter: (failure: Failure) => Promise<UndoRecord[]>;
}

interface RunnerOptions {
  readonly context: DurableContext;
  readonly placed: PlacedOrder;
  readonly orders: Ports['orders'];
  readonly waitSeconds: Readonly<Record<WaitId, number>>;
}

/** Maps stages of the contract to durable operations; the only place that knows both. */
export function stageRunner({ context, placed, orders, waitSeconds }: RunnerOptions): StageRunner {
  const { orderId } = placed;
  const undos = undosOf(context, placed);
  const warnings: Warning[] = [];
  let current: StepId = 'validate-order';

  const failureOf = (error: unknown): Failure => ({
    stage: current,
    code: isCancelled(error) ? cancelled : (rejectionCode(error) ?? technicalFailure),
    message: reasonOf(error),
  });

  async function step<T, Id extends StepId>(id: Id, does: StepWork<T, Id>): Promise<T> {
    current = id;
    if ('undo' in does) undos.register(id, does.undo);
    const work: StepFunction<T> = async ({ attempt: number }) => {
      const result = await does.work(placed, { key: effectKey(orderId, id), number });
      // Inside the step, so that a replay writes nothing; the last step records its status itself.
      const reached = statusesAfter(id);
      if (reached.length > 0) await orders.advance(orderId, reached);
      return result;
    };
    const retryStrategy = id === 'complete-order' ? retryGenerously : retryHiccups;
    return context.step(id, observed(id, placed, work), { retryStrategy });
  }

  return {
    step,
    async stepOrWarn(id, does) {
      try {
        await step(id, does);
      } catch (error) {
        const { stage, message } = failureOf(error);
        warnings.push({ stage, message });
      }
    },
    wait: (id) => context.wait(id, { seconds: waitSeconds[id] }),
    warnings,
    passPointOfNoReturn: undos.forget,
    isPastPointOfNoReturn: undos.forgotten,
    failureOf,
    undoAfter: undos.runAfter,
  };
}

/** Steps whose status depends on what they find, or is one write with something else. */
const recordsItself: ReadonlySet<StepId> = new Set<StepId>([
  'validate-order',
  'fraud-check',
  'credit-check',
  'complete-order',
]);

/**
 * The statuses a step records when it is done: its own and that of a wait right behind it, in one write. (A wait
 * cannot record its own: outside a step it would be written again by every replay.)
 */
function statusesAfter(id: StepId): StageStatus[] {
  if (recordsItself.has(id)) return [];
  const next = stages[stages.findIndex((each) => each.id === id) + 1];
  const waiting = next?.kind === 'wait' ? [next.status] : [];
  const own = statusOf(id);
  return own ? [own, ...waiting] : waiting;
}
