/**
 * What must become of one order, whatever happens to it on its way: a pure model over the contract's stages. An
 * execution is operations, an operation is calls of services and then its checkpoint. Between any two of these something
 * may happen; after a crash the execution is played again, without the operations in its journal.
 */
import {
  isEnd,
  pointOfNoReturn,
  type StageId,
  stages,
  type UndoId,
  undosAfter,
} from '../../../functions/contract/workflow.ts';
import {
  type Answer,
  type Call,
  type Given,
  type ModelOrder,
  type Outcome,
  orderOf,
} from './order.ts';

/** `crash`: the environment dies and the execution is replayed. The last three end the execution. */
export const whats = ['crash', 'cancel', 'stop', 'time out', 'fail'] as const;
export type What = (typeof whats)[number];

/** Something that happens at a moment, counted from 1 over the order's execution and its recovery. */
export interface Incident {
  readonly at: number;
  readonly what: What;
}

export interface Course {
  /**
   * `call X`: a service is about to be called. `ends X`: an operation has ended, its checkpoint is not accepted.
   * `ended X`: it is. `in X`: the execution waits.
   */
  readonly moments: readonly string[];
  /** Absent for an execution that was ended before its first write: that is no order yet. */
  readonly outcome: Outcome | undefined;
}

/** Plays its moments, and answers at its end. */
type Play<T> = Generator<string, T, void>;
type Closed = 'succeeded' | 'failed';

/** Follows an order to its end. */
export function follow(incidents: readonly Incident[], given: Given = {}): Course {
  const order = orderOf(given);
  const moments: string[] = [];
  const at = new Map(incidents.map((each) => [each.at, each.what]));
  let why: Outcome['why'] = 'technical-failure';

  /** Whether the execution is over with what happens now. */
  function happens(what: What | undefined): boolean {
    const stopped = what === 'cancel' ? order.cancel() : what === 'stop';
    if (stopped) why = 'stopped';
    if (what === 'time out') why = 'timed-out';
    return stopped || what === 'time out' || what === 'fail';
  }

  /** Undefined when it was ended from outside. */
  function play<T>(begin: (run: Run) => Play<T>, mortal: boolean): T | undefined {
    const run = runOf();
    for (let playing = begin(run); ; ) {
      const { done, value } = playing.next();
      if (done) return value;
      moments.push(value);
      const what = at.get(moments.length);
      if (happens(what) && mortal) return undefined;
      if (what === 'crash') playing = begin(run);
    }
  }

  const closed = play((run) => workflow(order, run), true);
  if (closed !== 'succeeded') {
    const ended: Ended = { why, found: order.record() };
    play((run) => recovery(order, run, ended), false);
  }
  return { moments, outcome: order.record().statuses.length > 0 ? order.outcome() : undefined };
}

type Run = ReturnType<typeof runOf>;

/** The durable operations of one execution, over a journal that outlives a crash. */
function runOf() {
  const journal = new Map<string, Answer>();
  const attempts = new Map<string, number>();
  return {
    *wait(id: string): Play<void> {
      if (journal.has(id)) return;
      journal.set(id, 'done');
      yield `in ${id}`;
    },
    *step(id: string, calls: readonly Call[], otherwise: Answer = 'done'): Play<Answer> {
      for (let known = journal.get(id); ; known = journal.get(id)) {
        if (known) return known;
        const attempt = attempts.get(id) ?? 1;
        let answer = otherwise;
        for (const { name, does } of calls) {
          yield `call ${name}`;
          answer = does(attempt);
          if (answer !== 'done') break;
        }
        yield `ends ${id}`;
        if (answer === 'broken' && attempt < 4) attempts.set(id, attempt + 1);
        else journal.set(id, answer);
        yield `ended ${id}`;
      }
    },
  };
}

function* workflow(order: ModelOrder, run: Run): Play<Closed> {
  for (const stage of stages) {
    if (stage.kind === 'wait') {
      yield* run.wait(stage.id);
      continue;
    }
    const { id } = stage;
    let answer = yield* run.step(id, order.callsOf(stage));
    if (id === 'fraud-check' && order.review && answer === 'done')
      answer = yield* reviewed(order, run);
    const optional = id === 'send-notifications' || id === 'update-loyalty-points';
    if (answer === 'done' || (optional && answer === 'broken')) continue;
    if (answer === 'cancelled') {
      yield* close(order, run, { as: 'cancelled', undos: undosBefore(id) });
      return 'succeeded';
    }
    const why = answer === 'rejected' ? 'rejected' : 'technical-failure';
    const gone = positionOf(id) >= positionOf(pointOfNoReturn);
    yield* close(order, run, { as: 'failed', why, undos: undosAfter(id, answer), flagged: gone });
    return answer === 'rejected' ? 'succeeded' : 'failed';
  }
  return 'succeeded';
}

/** A person decides, or nobody does. */
function* reviewed(order: ModelOrder, run: Run): Play<Answer> {
  const parked = yield* run.step('request-review', order.park());
  if (parked !== 'done') return parked;
  if (order.review !== 'time out') return yield* run.step('record-review', order.decide());
  return yield* run.step('record-review', [], 'rejected');
}

interface Ended {
  readonly why: Outcome['why'];
  /** The order as recovery has read it: what was read stays read, however often it is played. */
  found: ReturnType<ModelOrder['record']>;
}

/** The execution is over; recovery looks at the order as it was recorded. */
function* recovery(order: ModelOrder, run: Run, ended: Ended): Play<void> {
  yield* run.wait('let-it-settle');
  const read = () => {
    ended.found = order.record();
    return 'done' as const;
  };
  yield* run.step('read-order', [{ name: 'read', does: read }]);
  const { statuses, handOver, cancelRequested, failing } = ended.found;
  const status = statuses.at(-1);
  if (status === undefined || isEnd(status)) return;
  if (handOver) {
    yield* run.step('flag-order', [order.flag()]);
    return;
  }
  // A stage whose status is not recorded may have begun, and those behind the last recorded one that record none.
  const recorded = stages.filter((each) => 'status' in each && statuses.includes(each.status));
  const behind = stages.slice(recorded.length === 0 ? 0 : positionOf(recorded.at(-1)?.id) + 1);
  const last = behind.find((each) => 'status' in each && !('when' in each)) ?? behind.at(-1);
  const undos = undosBefore(last?.id ?? 'complete-order');
  // What the customer may have been told already is how it ends.
  const as = cancelRequested && !failing ? 'cancelled' : 'failed';
  yield* close(order, run, { as, why: failing ?? ended.why, undos });
}

interface Closing {
  readonly as: 'failed' | 'cancelled';
  readonly why?: Outcome['why'];
  readonly undos: readonly UndoId[];
  readonly flagged?: boolean;
}

/** Takes back, the latest first, tells the customer, and closes the record. */
function* close(order: ModelOrder, run: Run, closing: Closing): Play<void> {
  const { as, why, undos, flagged = false } = closing;
  for (const undo of undos) yield* run.step(undo, [order.undo(undo)]);
  const first = as === 'failed' ? [order.keepFailure(why)] : [];
  if (!flagged) yield* run.step('notify-customer', [...first, order.notify(as)]);
  const name = as === 'failed' ? 'fail-order' : 'cancel-order';
  yield* run.step(name, [order.end(as, why, flagged)]);
}

const positionOf = (id: StageId | undefined) => stages.findIndex((each) => each.id === id);

/** All that a stage and those before it may have done; of one that is not with the carrier. */
function undosBefore(id: StageId): readonly UndoId[] {
  const shipping = positionOf(id) >= positionOf(pointOfNoReturn);
  return undosAfter(shipping ? 'await-pickup' : id, 'broken');
}
