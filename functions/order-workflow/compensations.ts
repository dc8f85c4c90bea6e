import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Failure, UndoRecord } from '../contract/api.ts';
import { type StepId, stage, type UndoId } from '../contract/workflow.ts';
import { cancelled, reasonOf, technicalFailure } from './failures.ts';
import { effectKey, type PlacedOrder, type Undo } from './ports.ts';
import { retryGenerously } from './retry.ts';
import { observed, type StepFunction } from './traced-step.ts';

/** What an order would take back if it failed now. */
export interface Undos {
  /** Registers the undo of a stage, before its work: it may half-happen. */
  readonly register: (id: StepId, undo: Undo) => void;
  /** Nothing is taken back any more, except by a cancellation: that comes only before the order left. */
  readonly forget: () => void;
  /** Whether nothing is taken back any more. */
  readonly forgotten: () => boolean;
  /** Takes back, the latest first, what was done before the failure; one that fails does not stop the others. */
  readonly runAfter: (failure: Failure) => Promise<UndoRecord[]>;
}

export function undosOf(context: DurableContext, placed: PlacedOrder): Undos {
  let registered: readonly { id: StepId; undo: Undo }[] = [];
  let forgotten = false;

  async function run(id: StepId, undo: Undo): Promise<UndoRecord> {
    const { undo: name } = stage(id) as { undo: UndoId };
    const work: StepFunction<void> = ({ attempt: number }) =>
      undo(placed, { key: effectKey(placed.orderId, id), number });
    try {
      await context.step(name, observed(name, placed, work), { retryStrategy: retryGenerously });
      return { undo: name, outcome: 'done' };
    } catch (error) {
      return { undo: name, outcome: 'failed', message: reasonOf(error) };
    }
  }

  return {
    register: (id, undo) => {
      registered = [{ id, undo }, ...registered];
    },
    forget: () => {
      forgotten = true;
    },
    forgotten: () => forgotten,
    async runAfter({ stage: failed, code }) {
      const records: UndoRecord[] = [];
      if (forgotten && code !== cancelled) return records;
      for (const { id, undo } of registered) {
        // A rejected stage did nothing, so there is nothing of its own to take back.
        if (id === failed && code !== technicalFailure && code !== cancelled) continue;
        records.push(await run(id, undo));
      }
      return records;
    },
  };
}
