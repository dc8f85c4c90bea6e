/** Where an order is in its workflow: a pure fold of its item over the declared phases. */
import type { OrderRecord } from '../../functions/contract/api.ts';
import {
  isEnd,
  type OrderStatus,
  phases,
  rank,
  type Stage,
  type StageId,
  stages,
} from '../../functions/contract/workflow.ts';

export type StageState = 'pending' | 'active' | 'done' | 'skipped' | 'failed' | 'undone';

export interface StageProgress {
  readonly id: StageId;
  readonly title: string;
  readonly kind: Stage['kind'];
  readonly state: StageState;
  /** When the stage's status was recorded: for a step its end, for a wait its beginning. */
  readonly at?: string;
  /** What went wrong with it or with its undo. */
  readonly note?: string;
}

export interface PhaseProgress {
  readonly id: string;
  readonly title: string;
  readonly stages: readonly StageProgress[];
}

type Progressed = Pick<
  OrderRecord,
  'status' | 'total' | 'transitions' | 'failure' | 'undos' | 'warnings'
>;

/** Orders above this total are credit-checked. */
export const creditCheckAbove = 1000;

/** The stages of every phase, each with its state. Without an order, nothing has begun but the first stage. */
export function progressOf(order: Progressed | undefined): readonly PhaseProgress[] {
  const times = new Map<OrderStatus, string>(
    order?.transitions.map(({ status, at }) => [status, at]),
  );
  const states = foldStates(order, times);
  return phases.map(({ id, title, stages: declared }) => ({
    id,
    title,
    stages: declared.map((stage: Stage) => {
      const at = 'status' in stage ? times.get(stage.status) : undefined;
      const note = order ? noteOf(order, stage) : undefined;
      return {
        id: stage.id,
        title: stage.title,
        kind: stage.kind,
        state: states.get(stage.id) ?? 'pending',
        ...(at ? { at } : {}),
        ...(note ? { note } : {}),
      };
    }),
  }));
}

/** The stage that is at work now, if any is. */
export function activeStage(progress: readonly PhaseProgress[]): StageProgress | undefined {
  return progress.flatMap((phase) => phase.stages).find(({ state }) => state === 'active');
}

/** How many of the stages are behind the order. */
export function countDone(progress: readonly PhaseProgress[]): { done: number; of: number } {
  const all = progress.flatMap((phase) => phase.stages);
  const done = all.filter(({ state }) => state === 'done' || state === 'skipped').length;
  return { done, of: all.length };
}

function foldStates(
  order: Progressed | undefined,
  times: ReadonlyMap<OrderStatus, string>,
): ReadonlyMap<StageId, StageState> {
  const reached = furthest(times);
  const states = new Map<StageId, StageState>();
  let active = order === undefined || !isEnd(order.status);
  for (const stage of stages) {
    let state: StageState = 'pending';
    if (isBehind(stage, reached, times)) state = wasSkipped(stage, times) ? 'skipped' : 'done';
    else if (willSkip(stage, order, times)) state = 'skipped';
    else if (active) state = 'active';
    if (state === 'active') active = false;
    states.set(stage.id, state);
  }
  if (order) markEnds(order, states);
  return states;
}

/** Position of the last stage whose status is recorded; -1 before the first. */
function furthest(times: ReadonlyMap<OrderStatus, string>): number {
  return stages.findLastIndex((stage) => 'status' in stage && times.has(stage.status));
}

function isBehind(stage: Stage, reached: number, times: ReadonlyMap<OrderStatus, string>): boolean {
  const position = stages.indexOf(stage);
  // A wait's status is recorded when it begins, a step's when it is done.
  if (stage.kind === 'wait') return position < reached;
  return position < reached || ('status' in stage && times.has(stage.status));
}

const isConditional = (stage: Stage) => 'when' in stage;

function wasSkipped(stage: Stage, times: ReadonlyMap<OrderStatus, string>): boolean {
  return isConditional(stage) && 'status' in stage && !times.has(stage.status);
}

/** The credit check of a small order is known to be skipped as soon as its turn comes. */
function willSkip(
  stage: Stage,
  order: Progressed | undefined,
  times: ReadonlyMap<OrderStatus, string>,
): boolean {
  if (!isConditional(stage) || !order || order.total > creditCheckAbove) return false;
  return [...times.keys()].some(
    (status) => !isEnd(status) && rank(status) >= rank('fraud-checked'),
  );
}

function markEnds(order: Progressed, states: Map<StageId, StageState>): void {
  for (const { undo, outcome } of order.undos ?? []) {
    const taken = stages.find((stage) => 'undo' in stage && stage.undo === undo);
    if (taken && outcome === 'done' && states.get(taken.id) === 'done') {
      states.set(taken.id, 'undone');
    }
  }
  for (const { stage } of order.warnings ?? []) states.set(stage, 'failed');
  if (order.failure) states.set(order.failure.stage, 'failed');
}

function noteOf(order: Progressed, stage: Stage): string | undefined {
  if (order.failure?.stage === stage.id) return order.failure.message;
  const warning = order.warnings?.find((each) => each.stage === stage.id);
  if (warning) return warning.message;
  const undo = order.undos?.find((each) => 'undo' in stage && each.undo === stage.undo);
  if (undo?.outcome === 'failed') return `${undo.undo} failed: ${undo.message ?? 'no reason'}`;
  return undefined;
}
