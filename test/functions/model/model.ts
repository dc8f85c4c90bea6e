/**
 * What must become of one order, whatever happens to it on its way: a pure model over the contract's stages. A stage is
 * an effect, then the status that it records, then the checkpoint; something may happen between any two of them.
 */
import {
  type OrderStatus,
  pointOfNoReturn,
  type Stage,
  type StepId,
  stages,
  type UndoId,
  type WaitId,
} from '../../../functions/contract/workflow.ts';

/** Where something happens: with the stage done and not checkpointed, or with its checkpoint written (of a wait: in it). */
export interface Point {
  readonly stage: StepId | WaitId;
  readonly checkpointed: boolean;
}

/** `crash`: the environment dies and the execution is replayed; the last three end the execution. */
export type What = 'crash' | 'cancel' | 'stop' | 'time out';

export interface Incident {
  readonly at: Point;
  readonly what: What;
}

export interface Refusal {
  readonly stage: StepId;
  readonly how: 'rejected' | 'broken';
}

/** How an order stands when nothing more happens to it. */
export interface Outcome {
  readonly end: 'completed' | 'failed' | 'cancelled' | 'flagged';
  /** What was taken back, in that order. */
  readonly undone: readonly UndoId[];
  /** Orders that are paid for and not paid back: 0 or 1. */
  readonly paid: number;
  readonly stock: 'none' | 'released' | 'held' | 'handed-over';
  readonly notices: readonly ('shipped' | 'failed' | 'cancelled')[];
  readonly points: boolean;
  readonly statuses: readonly OrderStatus[];
}

interface State {
  readonly effects: Set<StepId>;
  readonly undone: UndoId[];
  readonly notices: Set<'shipped' | 'failed' | 'cancelled'>;
  readonly statuses: OrderStatus[];
  handOver: boolean;
  cancelRequested: boolean;
}

type End = Outcome['end'];

/** Follows an order to its end. */
export function follow(incidents: readonly Incident[], refusal?: Refusal): Outcome {
  const state: State = {
    effects: new Set(),
    undone: [],
    notices: new Set(),
    statuses: [],
    handOver: false,
    cancelRequested: false,
  };
  const crashes = incidents.filter(({ what }) => what === 'crash');

  for (const stage of stages) {
    const end = stage.kind === 'wait' ? happen(stage.id, true) : walk(stage);
    if (end) return outcomeOf(state, end);
  }
  return outcomeOf(state, 'completed');

  /** One step, again after a crash before its checkpoint. */
  function walk(stage: Stage & { kind: 'step' }): End | undefined {
    const end = perform(state, stage, refusal) ?? happen(stage.id, false);
    if (end) return end;
    if (crashed(stage.id)) return walk(stage);
    return happen(stage.id, true);
  }

  /** A crash before the checkpoint has the step done again; behind it, it changes nothing. */
  function crashed(stage: string): boolean {
    const found = crashes.findIndex(({ at }) => at.stage === stage && !at.checkpointed);
    if (found >= 0) crashes.splice(found, 1);
    return found >= 0;
  }

  function happen(stage: string, checkpointed: boolean): End | undefined {
    const isWait = stages.some(({ id, kind }) => id === stage && kind === 'wait');
    for (const { at, what } of incidents) {
      if (at.stage !== stage || at.checkpointed !== checkpointed) continue;
      if (what === 'stop' || what === 'time out') return recovered(state);
      if (what !== 'cancel' || !cancellable(state)) continue;
      state.cancelRequested = true;
      // A wait notices nothing: who cancels stops the execution as well.
      if (isWait) return recovered(state);
    }
    return undefined;
  }
}

/** The step's effect and its status; answers how the order ends if it does. */
function perform(
  state: State,
  stage: Stage & { kind: 'step' },
  refusal: Refusal | undefined,
): End | undefined {
  const { id } = stage;
  if (refusal?.stage === id) {
    const optional = id === 'send-notifications' || id === 'update-loyalty-points';
    if (optional && refusal.how === 'broken') return undefined;
    return takenBack(state, 'failed');
  }
  if (id === pointOfNoReturn && !state.handOver) {
    if (state.cancelRequested) return takenBack(state, 'cancelled');
    state.handOver = true;
  }
  state.effects.add(id);
  if (id === 'send-notifications') state.notices.add('shipped');
  const reached = statusesAfter(stage);
  if (reached.length === 0) return undefined;
  if (state.cancelRequested && !state.handOver && id !== 'validate-order') {
    return takenBack(state, 'cancelled');
  }
  for (const status of reached) if (!state.statuses.includes(status)) state.statuses.push(status);
  return undefined;
}

/** A step records its own status, and that of a wait right behind it. */
function statusesAfter(stage: Stage): OrderStatus[] {
  const next = stages[stages.indexOf(stage) + 1];
  const own = 'status' in stage ? [stage.status] : [];
  return next?.kind === 'wait' ? [...own, next.status] : own;
}

const cancellable = ({ handOver, statuses }: State) =>
  !handOver && statuses.length > 0 && !statuses.includes('completed');

/** Everything that stands is taken back, the latest first, and the customer is told. */
function takenBack(state: State, end: 'failed' | 'cancelled'): End {
  if (state.handOver) throw new Error('An order that is with the carrier is never taken back');
  for (const stage of stages.toReversed()) {
    if ('undo' in stage && state.effects.delete(stage.id as StepId)) state.undone.push(stage.undo);
  }
  state.notices.add(end);
  state.statuses.push(end);
  return end;
}

/** The execution is over; recovery looks at the order as it was recorded. */
function recovered(state: State): End {
  if (state.statuses.includes('completed')) return 'completed';
  if (state.handOver) return 'flagged';
  return takenBack(state, state.cancelRequested ? 'cancelled' : 'failed');
}

function outcomeOf(state: State, end: End): Outcome {
  const { effects, undone, notices, statuses } = state;
  const released = undone.includes('release-inventory');
  const kept = effects.has('ship-order') ? 'handed-over' : 'held';
  return {
    end,
    undone,
    paid: effects.has('process-payment') ? 1 : 0,
    stock: released ? 'released' : effects.has('reserve-inventory') ? kept : 'none',
    notices: [...notices],
    points: effects.has('update-loyalty-points'),
    statuses,
  };
}
