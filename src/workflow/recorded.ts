/** What an execution's history shows that it has recorded of its order. Pure. */
import type {
  OrderOutcome,
  Transition,
  UndoRecord,
  Warning,
} from '../../functions/contract/api.ts';
import { needsReview, reviewOperations } from '../../functions/contract/review.ts';
import {
  type OrderStatus,
  type Stage,
  type StepId,
  stages,
  type UndoId,
} from '../../functions/contract/workflow.ts';
import {
  type ExecutionState,
  endOf,
  type HistoryError,
  type HistoryEvent,
} from './history-event.ts';

export interface Recorded {
  /** What the steps that are done have recorded. */
  readonly transitions: readonly Transition[];
  /** What a step that has begun may have recorded besides. */
  readonly possible: ReadonlySet<OrderStatus>;
  readonly state: ExecutionState;
  /** When the execution ended, RFC 3339 UTC. */
  readonly endedAt?: string;
  /** Why it did not end by itself. */
  readonly endError?: HistoryError;
  /** What the execution returned. */
  readonly outcome?: OrderOutcome;
  /** The step that failed for good, before what was undone. */
  readonly failed?: { readonly stage: StepId; readonly type: string; readonly message: string };
  readonly undos: readonly UndoRecord[];
  readonly warnings: readonly Warning[];
  /** When the hand-over to the carrier began. */
  readonly handOver?: string;
  /** Of the fraud check. */
  readonly score?: number;
}

/** Reads the events of a workflow's execution, in their order. */
export function recordedBy(events: readonly HistoryEvent[]): Recorded {
  const end = events.findLast((event) => endOf(event) !== undefined);
  const outcome =
    end?.type === 'ExecutionSucceeded' ? parsed<OrderOutcome>(end.payload) : undefined;
  const done = events.filter(({ type }) => type === 'StepSucceeded');
  const failures = events.filter(
    (each) => each.type === 'StepFailed' && each.retryInMs === undefined,
  );
  const begun = events.filter(({ type }) => type === 'StepStarted');
  const transitions = done.flatMap(({ name = '', at, payload }) =>
    statusesOf(name, payload).map((status) => ({ status, at })),
  );
  const possible = new Set(begun.flatMap(({ name = '' }) => statusesOf(name, undefined)));
  const failed = failures.map(failureOf).find((each) => each && !isOptional(each.stage));
  const handOver = begun.find(({ name }) => name === 'ship-order')?.at;
  const score = parsed<{ score: number }>(done.find(({ name }) => name === 'fraud-check')?.payload);
  return {
    transitions,
    possible,
    state: (end && endOf(end)) ?? 'running',
    ...(end ? { endedAt: end.at } : {}),
    ...(end?.error ? { endError: end.error } : {}),
    ...(outcome ? { outcome } : {}),
    ...(failed ? { failed } : {}),
    undos: [...done, ...failures].filter(isUndo).sort(bySequence).map(undone),
    warnings: outcome?.warnings ?? failures.flatMap(warningOf),
    ...(handOver === undefined ? {} : { handOver }),
    ...(score ? { score: score.score } : {}),
  };
}

/** What a step records when it is done, given its result: its own status, and that of a wait right behind it. */
function statusesOf(name: string, payload: string | undefined): OrderStatus[] {
  const special = specialSteps[name];
  if (special) return [special];
  const index = stages.findIndex(({ id }) => id === name);
  const stage: Stage | undefined = stages[index];
  if (stage?.kind !== 'step') return [];
  const result = parsed<{ score?: number; skipped?: boolean }>(payload);
  if (name === 'fraud-check' && needsReview(result?.score ?? 0)) return [];
  if (result?.skipped) return [];
  const next = stages[index + 1];
  return [
    ...('status' in stage ? [stage.status] : []),
    ...(next?.kind === 'wait' ? [next.status] : []),
  ];
}

const specialSteps: Readonly<Record<string, OrderStatus>> = {
  'fail-order': 'failed',
  'cancel-order': 'cancelled',
  [reviewOperations.request]: 'awaiting-review',
  [reviewOperations.record]: 'fraud-checked',
};

const undoOf = new Set<string>(stages.flatMap((each) => ('undo' in each ? [each.undo] : [])));
const isUndo = ({ name = '' }: HistoryEvent) => undoOf.has(name);
const bySequence = (a: HistoryEvent, b: HistoryEvent) => a.seq - b.seq;
const isOptional = (stage: StepId) =>
  stage === 'send-notifications' || stage === 'update-loyalty-points';

function undone({ name, type, error }: HistoryEvent): UndoRecord {
  const undo = name as UndoId;
  if (type === 'StepSucceeded') return { undo, outcome: 'done' };
  return { undo, outcome: 'failed', message: reason(error?.type, error?.message) };
}

function failureOf({ name, error }: HistoryEvent): Recorded['failed'] {
  // A review is part of the fraud check, as the workflow sees it.
  const id = name === reviewOperations.record ? 'fraud-check' : name;
  const stage = stages.find((each) => each.id === id);
  if (stage?.kind !== 'step') return undefined;
  const { type = 'Error', message } = error ?? {};
  return { stage: stage.id, type, message: reason(type, message) };
}

/** What could not be done and was done without. */
function warningOf(event: HistoryEvent): Warning[] {
  const { name, error } = event;
  const stage = name === 'notify-customer' ? 'send-notifications' : name;
  if (stage !== 'send-notifications' && stage !== 'update-loyalty-points') return [];
  return [{ stage, message: reason(error?.type, error?.message) }];
}

/** The text of an error that is not the workflow's own may name accounts and roles: a row does not show it. */
function reason(type = 'Error', message = ''): string {
  const own = type === 'ProviderUnavailable' || type.startsWith('OrderRejected.');
  return own ? message : `An unexpected error (${type})`;
}

function parsed<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
