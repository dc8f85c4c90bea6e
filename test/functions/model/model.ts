/**
 * A model of how an order must end after any incidents. Pure; uses the contract's stages. An execution consists of
 * operations, an operation of service calls and a checkpoint. An incident can occur between any two of these. After a
 * crash the execution is replayed without the operations in its journal.
 */
import { technicalFailure } from '../../../functions/contract/failure.ts';
import { maxStepAttempts } from '../../../functions/contract/retries.ts';
import {
  finishOperations,
  isOptional,
  isTerminal,
  pointOfNoReturn,
  reviewedStage,
  type StageId,
  stages,
  type UndoId,
  undosForFailureAt,
} from '../../../functions/contract/workflow.ts';
import {
  type Call,
  type CallResult,
  createModelOrder,
  type ModelOrder,
  type OrderConditions,
  type Outcome,
} from './order.ts';

/** `crash`: the environment dies and the execution is replayed. The last three end the execution. */
export const incidentKinds = ['crash', 'cancel', 'stop', 'time out', 'fail'] as const;
export type IncidentKind = (typeof incidentKinds)[number];

/** Something that happens at a moment; moments of the execution and its recovery are numbered from 1. */
export interface Incident {
  readonly at: number;
  readonly kind: IncidentKind;
}

export interface Course {
  /**
   * `call X`: a service is about to be called. `ends X`: an operation has ended, but its checkpoint is not accepted yet.
   * `ended X`: the checkpoint is accepted. `in X`: the execution waits.
   */
  readonly moments: readonly string[];
  /** Undefined if the execution was ended before the first write: then there is no order. */
  readonly outcome: Outcome | undefined;
}

/** Yields the moments and returns the result. */
type Steps<T> = Generator<string, T, void>;
type Closed = 'succeeded' | 'failed';

/** Simulates an order until it has ended. */
export function simulate(incidents: readonly Incident[], conditions: OrderConditions = {}): Course {
  const order = createModelOrder(conditions);
  const moments: string[] = [];
  const at = new Map(incidents.map((incident) => [incident.at, incident.kind]));
  let why: Outcome['why'] = technicalFailure;

  /** Returns whether the incident ends the execution. */
  function endsExecution(kind: IncidentKind | undefined): boolean {
    const stopped = kind === 'cancel' ? order.cancel() : kind === 'stop';
    if (stopped) why = 'stopped';
    if (kind === 'time out') why = 'timed-out';
    return stopped || kind === 'time out' || kind === 'fail';
  }

  /** Returns undefined if an incident ended the execution. */
  function play<T>(start: (run: Run) => Steps<T>, canBeEnded: boolean): T | undefined {
    const run = createRun();
    for (let playing = start(run); ; ) {
      const { done, value } = playing.next();
      if (done) return value;
      moments.push(value);
      const kind = at.get(moments.length);
      if (endsExecution(kind) && canBeEnded) return undefined;
      if (kind === 'crash') playing = start(run);
    }
  }

  const closed = play((run) => workflow(order, run), true);
  if (closed !== 'succeeded') {
    const ended: EndedExecution = { why, found: order.record() };
    play((run) => recovery(order, run, ended), false);
  }
  return { moments, outcome: order.record().statuses.length > 0 ? order.outcome() : undefined };
}

type Run = ReturnType<typeof createRun>;

/** Yields the calls that the step makes; whether it makes one can depend on the calls before it. */
function* listApplicable(calls: readonly Call[]): Generator<Call, void, void> {
  for (const call of calls) if (call.applies?.() !== false) yield call;
}

/** The durable operations of one execution, with a journal that survives a crash. */
function createRun() {
  const journal = new Map<string, CallResult>();
  const attempts = new Map<string, number>();
  return {
    *wait(id: string): Steps<void> {
      if (journal.has(id)) return;
      journal.set(id, 'done');
      yield `in ${id}`;
    },
    *step(
      id: string,
      calls: readonly Call[],
      withoutCalls: CallResult = 'done',
    ): Steps<CallResult> {
      for (let known = journal.get(id); ; known = journal.get(id)) {
        if (known) return known;
        const attempt = attempts.get(id) ?? 1;
        let result = withoutCalls;
        for (const { name, perform } of listApplicable(calls)) {
          yield `call ${name}`;
          result = perform(attempt);
          if (result !== 'done') break;
        }
        yield `ends ${id}`;
        if (result === 'technical' && attempt < maxStepAttempts) attempts.set(id, attempt + 1);
        else journal.set(id, result);
        yield `ended ${id}`;
      }
    },
  };
}

function* workflow(order: ModelOrder, run: Run): Steps<Closed> {
  for (const stage of stages) {
    if (stage.kind === 'wait') {
      yield* run.wait(stage.id);
      continue;
    }
    const { id } = stage;
    let result = yield* run.step(id, order.stepCalls(stage));
    if (id === reviewedStage && order.review && result === 'done')
      result = yield* review(order, run);
    if (result === 'done' || (isOptional(id) && result === 'technical')) continue;
    if (result === 'cancelled') {
      yield* close(order, run, { as: 'cancelled', undos: undosUpTo(id) });
      return 'succeeded';
    }
    const why = result === 'rejected' ? 'rejected' : technicalFailure;
    const flagged = stageIndex(id) >= stageIndex(pointOfNoReturn);
    const undos = undosForFailureAt(id, result);
    yield* close(order, run, { as: 'failed', why, undos, flagged });
    return result === 'rejected' ? 'succeeded' : 'failed';
  }
  return 'succeeded';
}

/** The two steps of a review. */
function* review(order: ModelOrder, run: Run): Steps<CallResult> {
  const requested = yield* run.step('request-review', order.requestReview());
  if (requested !== 'done') return requested;
  if (order.review !== 'time out') return yield* run.step('record-review', order.recordDecision());
  return yield* run.step('record-review', [], 'rejected');
}

interface EndedExecution {
  readonly why: Outcome['why'];
  /** The order as the recovery has read it. A replay does not read it again. */
  found: ReturnType<ModelOrder['record']>;
}

/** The recovery of an order whose execution ended abnormally. */
function* recovery(order: ModelOrder, run: Run, ended: EndedExecution): Steps<void> {
  yield* run.wait('let-it-settle');
  const read = () => {
    ended.found = order.record();
    return 'done' as const;
  };
  yield* run.step('read-order', [{ name: 'read', perform: read }]);
  const { statuses, handOver, cancelRequested, failing } = ended.found;
  const status = statuses.at(-1);
  if (status === undefined || isTerminal(status)) return;
  if (handOver) {
    yield* run.step('flag-order', [order.flag()]);
    return;
  }
  // The stages after the last recorded status may have started, up to the next stage that always records a status.
  const recorded = stages.filter((stage) => 'status' in stage && statuses.includes(stage.status));
  const rest = stages.slice(recorded.length === 0 ? 0 : stageIndex(recorded.at(-1)?.id) + 1);
  const last = rest.find((stage) => 'status' in stage && !('when' in stage)) ?? rest.at(-1);
  const undos = undosUpTo(last?.id ?? 'complete-order');
  // The customer may have been notified of a recorded failure, so the order ends with it.
  const as = cancelRequested && !failing ? 'cancelled' : 'failed';
  yield* close(order, run, { as, why: failing ?? ended.why, undos });
}

interface CloseOptions {
  readonly as: 'failed' | 'cancelled';
  readonly why?: Outcome['why'];
  readonly undos: readonly UndoId[];
  readonly flagged?: boolean;
}

/** Undoes the stages in reverse order, notifies the customer and closes the record. */
function* close(order: ModelOrder, run: Run, options: CloseOptions): Steps<void> {
  const { as, why, undos, flagged = false } = options;
  for (const undo of undos) yield* run.step(undo, [order.undo(undo)]);
  const first = as === 'failed' ? [order.recordFailure(why)] : [];
  if (!flagged) yield* run.step(finishOperations.notify, [...first, order.notify(as)]);
  const name = as === 'failed' ? finishOperations.fail : finishOperations.cancel;
  yield* run.step(name, [order.end(as, why, flagged)]);
}

const stageIndex = (id: StageId | undefined) => stages.findIndex((stage) => stage.id === id);

/** The undos of a stage and all stages before it. An order that is not with the carrier has not passed the hand-over. */
function undosUpTo(id: StageId): readonly UndoId[] {
  const noReturn = stageIndex(pointOfNoReturn);
  const last = stages[Math.min(stageIndex(id), noReturn - 1)];
  return last ? undosForFailureAt(last.id, 'technical') : [];
}
