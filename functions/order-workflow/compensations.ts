import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Failure, UndoRecord } from '../contract/api.ts';
import { technicalFailure } from '../contract/failure.ts';
import { effectKey } from '../contract/tables.ts';
import { type StepId, stage, type UndoId } from '../contract/workflow.ts';
import { cancelled, publicErrorMessage } from './failures.ts';
import type { PlacedOrder, Undo } from './ports.ts';
import { compensationRetryStrategy } from './retry.ts';
import { type StepFunction, traced } from './traced-step.ts';

/** The undo steps of the stages that have started. */
export interface Compensations {
  /** Registers the undo of a stage. Call it before the work of the stage, which may be interrupted half-way. */
  readonly register: (id: StepId, undo: Undo) => void;
  /** From now on nothing is undone, except by a cancellation that was requested earlier. */
  readonly disable: () => void;
  readonly isDisabled: () => boolean;
  /** Undoes the stages that preceded the failure in reverse order. A failing undo does not stop the others. */
  readonly runAfter: (failure: Failure) => Promise<UndoRecord[]>;
}

export function createCompensations(context: DurableContext, placed: PlacedOrder): Compensations {
  let registered: readonly { id: StepId; undo: Undo }[] = [];
  let disabled = false;

  async function run(id: StepId, undo: Undo): Promise<UndoRecord> {
    const { undo: name } = stage(id) as { undo: UndoId };
    const work: StepFunction<void> = ({ attempt: number }) =>
      undo(placed, { key: effectKey(placed.orderId, id), number });
    try {
      await context.step(name, traced(name, placed, work), {
        retryStrategy: compensationRetryStrategy,
      });
      return { undo: name, outcome: 'done' };
    } catch (error) {
      return { undo: name, outcome: 'failed', message: publicErrorMessage(error) };
    }
  }

  return {
    register: (id, undo) => {
      registered = [{ id, undo }, ...registered];
    },
    disable: () => {
      disabled = true;
    },
    isDisabled: () => disabled,
    async runAfter({ stage: failed, code }) {
      const records: UndoRecord[] = [];
      if (disabled && code !== cancelled) return records;
      for (const { id, undo } of registered) {
        // A rejected stage did nothing, so there is nothing to undo.
        if (id === failed && code !== technicalFailure && code !== cancelled) continue;
        records.push(await run(id, undo));
      }
      return records;
    },
  };
}
