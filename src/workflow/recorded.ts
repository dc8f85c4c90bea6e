/** Derives from the history of an execution what it has recorded about its order. Pure. */
import type {
  OrderOutcome,
  Transition,
  UndoRecord,
  Warning,
} from '../../functions/contract/api.ts';
import { toPublicMessage } from '../../functions/contract/failure.ts';
import { needsReview, reviewOperations } from '../../functions/contract/review.ts';
import {
  finishOperations,
  isOptional,
  type OrderStatus,
  pointOfNoReturn,
  reviewedStage,
  type Stage,
  type StepId,
  stage,
  stages,
  type UndoId,
} from '../../functions/contract/workflow.ts';
import {
  type ExecutionState,
  executionEnd,
  type HistoryError,
  type HistoryEvent,
} from './history-event.ts';

export interface RecordedOutcome {
  /** Recorded by completed steps. */
  readonly transitions: readonly Transition[];
  /** Statuses that started steps may have recorded as well. */
  readonly possible: ReadonlySet<OrderStatus>;
  readonly state: ExecutionState;
  /** When the execution ended (RFC 3339 UTC). */
  readonly endedAt?: string;
  /** Why the execution ended abnormally. */
  readonly endError?: HistoryError;
  /** The result of the execution. */
  readonly outcome?: OrderOutcome;
  /** The step whose failure ended the order. */
  readonly failed?: { readonly stage: StepId; readonly type: string; readonly message: string };
  readonly undos: readonly UndoRecord[];
  readonly warnings: readonly Warning[];
  /** When the hand-over to the carrier began. */
  readonly handOver?: string;
  /** Result of the fraud check. */
  readonly score?: number;
  /** The path that was stored on the order's item; absent for the original workflow. */
  readonly path?: readonly string[];
}

/** Reads the events of an execution of the workflow, in their order. */
export function readRecordedOutcome(events: readonly HistoryEvent[]): RecordedOutcome {
  const end = events.findLast((event) => executionEnd(event) !== undefined);
  const outcome =
    end?.type === 'ExecutionSucceeded' ? parseJson<OrderOutcome>(end.payload) : undefined;
  const done = events.filter(({ type }) => type === 'StepSucceeded');
  const failures = events.filter(
    (event) => event.type === 'StepFailed' && event.retryInMs === undefined,
  );
  const started = events.filter(({ type }) => type === 'StepStarted');
  const transitions = done.flatMap((event) =>
    recordedStatuses(event, followingOperation(events, event)).map((status) => ({
      status,
      at: event.at,
    })),
  );
  const possible = new Set(
    started.flatMap((event) => {
      const { name = '' } = event;
      return recordedStatuses({ name }, followingOperation(events, event));
    }),
  );
  const failed = failures
    .map(toStageFailure)
    .find((failure) => failure && !isOptional(failure.stage));
  const handOver = started.find(({ name }) => name === pointOfNoReturn)?.at;
  const check = done.find(({ name }) => name === reviewedStage);
  const score = parseJson<{ score: number }>(check?.payload);
  const placement = done.find(({ name }) => name === 'validate-order');
  const path = parseJson<{ path?: readonly string[] }>(placement?.payload)?.path;
  return {
    transitions,
    possible,
    state: (end && executionEnd(end)) ?? 'running',
    ...(end ? { endedAt: end.at } : {}),
    ...(end?.error ? { endError: end.error } : {}),
    ...(outcome ? { outcome } : {}),
    ...(failed ? { failed } : {}),
    undos: [...done, ...failures].filter(isUndo).sort(bySequence).map(toUndoRecord),
    warnings: outcome?.warnings ?? failures.flatMap(toWarnings),
    ...(handOver === undefined ? {} : { handOver }),
    ...(score ? { score: score.score } : {}),
    ...(path ? { path } : {}),
  };
}

/**
 * The statuses that a step records after its work, given its result: its own, and that of a wait that follows directly.
 * `following` is the name of the operation that followed in this execution: an execution of an earlier version of the
 * workflow may have another one than the workflow table.
 */
function recordedStatuses(
  { name = '', payload }: Pick<HistoryEvent, 'name' | 'payload'>,
  following: string | undefined,
): OrderStatus[] {
  const special = specialSteps[name];
  if (special) return [special];
  const index = stages.findIndex(({ id }) => id === name);
  const step: Stage | undefined = stages[index];
  if (step?.kind !== 'step') return [];
  const result = parseJson<{ score?: number; skipped?: boolean }>(payload);
  if (name === reviewedStage && needsReview(result?.score ?? 0)) return [];
  if (result?.skipped) return [];
  const next =
    following === undefined ? stages[index + 1] : stages.find(({ id }) => id === following);
  return [
    ...('status' in step ? [step.status] : []),
    ...(next?.kind === 'wait' ? [next.status] : []),
  ];
}

/** The name of the operation that started after an event of another one; undefined if none has started yet. */
function followingOperation(
  events: readonly HistoryEvent[],
  { seq, name }: HistoryEvent,
): string | undefined {
  return events.find(
    (event) =>
      event.seq > seq &&
      event.name !== name &&
      (event.type === 'StepStarted' || event.type === 'WaitStarted'),
  )?.name;
}

const specialSteps: Readonly<Record<string, OrderStatus>> = {
  [finishOperations.fail]: 'failed',
  [finishOperations.cancel]: 'cancelled',
  [reviewOperations.request]: 'awaiting-review',
  [reviewOperations.record]: stage(reviewedStage).status,
};

const undoNames = new Set<string>(
  stages.flatMap((candidate) => ('undo' in candidate ? [candidate.undo] : [])),
);
const isUndo = ({ name = '' }: HistoryEvent) => undoNames.has(name);
const bySequence = (a: HistoryEvent, b: HistoryEvent) => a.seq - b.seq;

function toUndoRecord({ name, type, error }: HistoryEvent): UndoRecord {
  const undo = name as UndoId;
  if (type === 'StepSucceeded') return { undo, outcome: 'done' };
  return { undo, outcome: 'failed', message: publicMessage(error) };
}

function toStageFailure({ name, error }: HistoryEvent): RecordedOutcome['failed'] {
  // A rejected review is a failure of the stage that asked for it.
  const id = name === reviewOperations.record ? reviewedStage : name;
  const failed = stages.find((candidate) => candidate.id === id);
  if (failed?.kind !== 'step') return undefined;
  return { stage: failed.id, type: error?.type ?? 'Error', message: publicMessage(error) };
}

/** The failure of an optional step, as a warning. */
function toWarnings({ name = '', error }: HistoryEvent): Warning[] {
  const id = name === finishOperations.notify ? 'send-notifications' : name;
  return isOptional(id) ? [{ stage: id, message: publicMessage(error) }] : [];
}

function publicMessage({ type = 'Error', message = '' }: Partial<HistoryError> = {}): string {
  return toPublicMessage(type, message);
}

function parseJson<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
