import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Failure, UndoRecord } from '../contract/api.ts';
import {
  type StageStatus,
  type StepId,
  stage,
  stages,
  statusOf,
  type UndoableId,
  type UndoId,
  type WaitId,
} from '../contract/workflow.ts';
import { type Attempt, effectKey, type PlacedOrder, type Ports, type Undo } from './ports.ts';
import { rejectionCode } from './rejection.ts';
import { retryGenerously, retryHiccups } from './retry.ts';

/** What a step of the contract does; one that can be undone cannot be written without its undo. */
type StepWork<T, Id extends StepId> = Id extends UndoableId
  ? { readonly work: WorkOf<T>; readonly undo: Undo }
  : { readonly work: WorkOf<T> };
type WorkOf<T> = (placed: PlacedOrder, attempt: Attempt) => Promise<T>;

export interface StageRunner {
  readonly step: <T, Id extends StepId>(id: Id, does: StepWork<T, Id>) => Promise<T>;
  readonly wait: (id: WaitId) => Promise<void>;
  /** From here on nothing is taken back any more. */
  readonly passPointOfNoReturn: () => void;
  /** Takes back, the latest first, what was done before the failure; one that fails does not stop the others. */
  readonly undoAll: () => Promise<UndoRecord[]>;
  /** Why the stage that failed did, for the order's record. */
  readonly failureOf: (error: unknown) => Failure;
}

interface RunnerOptions {
  readonly context: DurableContext;
  readonly placed: PlacedOrder;
  readonly orders: Ports['orders'];
  readonly waitSeconds: Readonly<Record<WaitId, number>>;
}

/** Maps stages of the contract to durable operations; the only place that knows both. */
export function stageRunner({ context, placed, orders, waitSeconds }: RunnerOptions): StageRunner {
  const undos: { id: StepId; name: UndoId; undo: Undo }[] = [];
  let current: StepId = 'validate-order';

  return {
    async step(id, does) {
      current = id;
      const { undo: name } = stage(id) as { undo?: UndoId };
      // Registered before the work: it may half-happen.
      if (name && 'undo' in does) undos.unshift({ id, name, undo: does.undo });
      return context.step(
        id,
        async ({ attempt }) => {
          const result = await does.work(placed, {
            key: effectKey(placed.orderId, id),
            number: attempt ?? 1,
          });
          // Inside the step, so that a replay writes nothing; the last step records its status itself.
          const reached = statusesAfter(id);
          if (reached.length > 0) await orders.advance(placed.orderId, reached);
          return result;
        },
        { retryStrategy: id === 'complete-order' ? retryGenerously : retryHiccups },
      );
    },
    wait: (id) => context.wait(id, { seconds: waitSeconds[id] }),
    passPointOfNoReturn: () => {
      undos.length = 0;
    },
    async undoAll() {
      const records: UndoRecord[] = [];
      for (const { id, name, undo } of undos) {
        records.push(
          await runUndo(name, () =>
            undo(placed, { key: effectKey(placed.orderId, id), number: 1 }),
          ),
        );
      }
      return records;
    },
    failureOf(error) {
      const code = rejectionCode(error);
      // A rejected stage did nothing, so there is nothing of its own to take back.
      if (code && undos[0]?.id === current) undos.shift();
      const message = error instanceof Error ? error.message : String(error);
      return { stage: current, code: code ?? 'technical-failure', message };
    },
  };

  async function runUndo(undo: UndoId, work: () => Promise<void>): Promise<UndoRecord> {
    try {
      await context.step(undo, work, { retryStrategy: retryGenerously });
      return { undo, outcome: 'done' };
    } catch (error) {
      return {
        undo,
        outcome: 'failed',
        message: error instanceof Error ? error.message : String(error),
      };
    }
  }
}

/**
 * The statuses a step records when it is done: its own and that of a wait right behind it, in one write. (A wait
 * cannot record its own: outside a step it would be written again by every replay.)
 */
function statusesAfter(id: StepId): StageStatus[] {
  if (id === 'validate-order' || id === 'complete-order' || id === 'credit-check') return [];
  const next = stages[stages.findIndex((each) => each.id === id) + 1];
  const waiting = next?.kind === 'wait' ? [next.status] : [];
  const own = statusOf(id);
  return own ? [own, ...waiting] : waiting;
}
