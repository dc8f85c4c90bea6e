/** The progress of an order through the workflow, derived from its item. Pure. */
import type { OrderRecord } from '../../functions/contract/api.ts';
import { stoppedFailure, timedOutFailure } from '../../functions/contract/failure.ts';
import {
  isTerminal,
  type OrderStatus,
  phases,
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
  /** When the status of the stage was recorded: the end of a step, the start of a wait. */
  readonly at?: string;
  /** The error of the stage or of its undo. */
  readonly note?: string;
}

export interface PhaseProgress {
  readonly id: string;
  readonly title: string;
  readonly stages: readonly StageProgress[];
}

type ProgressFields = Pick<
  OrderRecord,
  'status' | 'total' | 'transitions' | 'failure' | 'undos' | 'warnings'
>;

/** Returns the stages of all phases with their states. Without an order, only the first stage has started. */
export function workflowProgress(order: ProgressFields | undefined): readonly PhaseProgress[] {
  const times = new Map<OrderStatus, string>(
    order?.transitions.map(({ status, at }) => [status, at]),
  );
  const states = foldStates(order, times);
  return phases.map(({ id, title, stages: declared }) => ({
    id,
    title,
    stages: declared.map((stage: Stage) => {
      const at = 'status' in stage ? times.get(stage.status) : undefined;
      const note = order ? stageNote(order, stage) : undefined;
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

/** The stage that is running; undefined if there is none. */
export function activeStage(progress: readonly PhaseProgress[]): StageProgress | undefined {
  return progress.flatMap((phase) => phase.stages).find(({ state }) => state === 'active');
}

/** Counts the finished stages and all stages. */
export function countDone(progress: readonly PhaseProgress[]): { done: number; total: number } {
  const all = progress.flatMap((phase) => phase.stages);
  const done = all.filter(({ state }) => state === 'done' || state === 'skipped').length;
  return { done, total: all.length };
}

function foldStates(
  order: ProgressFields | undefined,
  times: ReadonlyMap<OrderStatus, string>,
): ReadonlyMap<StageId, StageState> {
  const recorded = lastRecordedIndex(times);
  const reached = Math.max(recorded, failedIndex(order));
  const states = new Map<StageId, StageState>();
  let active = order === undefined || !isTerminal(order.status);
  for (const stage of stages) {
    let state: StageState = 'pending';
    if (isPassed(stage, reached, times)) state = wasSkipped(stage, times) ? 'skipped' : 'done';
    else if (willSkip(stage, order, recorded)) state = 'skipped';
    else if (active) state = 'active';
    if (state === 'active') active = false;
    states.set(stage.id, state);
  }
  if (order) markFailures(order, states);
  return states;
}

/** The index of the last stage whose status is recorded; -1 if there is none. */
function lastRecordedIndex(times: ReadonlyMap<OrderStatus, string>): number {
  return stages.findLastIndex((stage) => 'status' in stage && times.has(stage.status));
}

/** The index of the stage that failed; -1 if none did or if the order was ended from outside, perhaps during a wait. */
function failedIndex(order: ProgressFields | undefined): number {
  const failure = order?.failure;
  if (!failure || failure.code === stoppedFailure || failure.code === timedOutFailure) return -1;
  return stages.findIndex(({ id }) => id === failure.stage);
}

function isPassed(stage: Stage, reached: number, times: ReadonlyMap<OrderStatus, string>): boolean {
  const position = stages.indexOf(stage);
  // The status of a wait is recorded when it starts, the status of a step when it ends.
  if (stage.kind === 'wait') return position < reached;
  return position < reached || ('status' in stage && times.has(stage.status));
}

function wasSkipped(stage: Stage, times: ReadonlyMap<OrderStatus, string>): boolean {
  return 'when' in stage && 'status' in stage && !times.has(stage.status);
}

/** Whether a stage does not apply to the order and is the next one; a skipped step records no status. */
function willSkip(stage: Stage, order: ProgressFields | undefined, reached: number): boolean {
  if (!('when' in stage) || !order || stage.when.appliesTo(order.total)) return false;
  const before = stages.slice(0, stages.indexOf(stage));
  return reached >= before.findLastIndex((candidate) => 'status' in candidate);
}

function markFailures(order: ProgressFields, states: Map<StageId, StageState>): void {
  for (const { undo, outcome } of order.undos ?? []) {
    const undone = stages.find((stage) => 'undo' in stage && stage.undo === undo);
    if (undone && outcome === 'done' && states.get(undone.id) === 'done') {
      states.set(undone.id, 'undone');
    }
  }
  for (const { stage } of order.warnings ?? []) states.set(stage, 'failed');
  if (order.failure) states.set(order.failure.stage, 'failed');
}

function stageNote(order: ProgressFields, stage: Stage): string | undefined {
  if (order.failure?.stage === stage.id) return order.failure.message;
  const warning = order.warnings?.find((candidate) => candidate.stage === stage.id);
  if (warning) return warning.message;
  const undone = order.undos?.find((record) => 'undo' in stage && record.undo === stage.undo);
  if (undone?.outcome === 'failed') {
    return `${undone.undo} failed: ${undone.message ?? 'no reason'}`;
  }
  return undefined;
}
