/** A load test: many orders at once, followed to their ends, and what must be true of them afterwards. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '../../aws/errors.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { WaitLengths } from '../../workflow/durations.ts';
import type { Submission } from '../actions/submit.ts';
import { waitLengths } from '../lookup/wait-durations.ts';
import type { Goal } from './follow-until.ts';
import { Board, type ObservedOrder } from './observed-orders.ts';
import type { PlannedOrder } from './plan.ts';
import { Poller, type RequestRates } from './poller.ts';
import { freshOrders, type OrdersOptions, refuseApiRate } from './prepare.ts';
import { isBroken, reportOn, warmUpOf } from './report.ts';
import type { Cut, LoadReport } from './report-types.ts';
import { Meter } from './resource-meter.ts';
import { type Ledger, LedgerReader } from './side-effects.ts';
import { type Pace, submitAll } from './submitter.ts';
import type { Threshold } from './thresholds.ts';

export interface LoadOptions extends OrdersOptions, Pace, Pick<Submission, 'via'> {
  /** How far orders are followed. */
  readonly until?: Goal | undefined;
  readonly thresholds?: readonly Threshold[] | undefined;
  /** Ends the test as soon as a threshold is broken. */
  readonly abortOnThreshold?: boolean | undefined;
  /** Aborting ends the test early: nothing more is submitted, and what is there is reported. */
  readonly signal: AbortSignal;
  /** Aborting has nothing more submitted; what is on its way is followed to its end. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * Orders before the measured ones are on their way; orders are being sent; all are sent and not all are done; all are done, and
 * what they left is read.
 */
export type Phase = 'warm-up' | 'submitting' | 'draining' | 'judging';

/** Where the test is. */
export interface LoadProgress {
  readonly orders: readonly ObservedOrder[];
  readonly round: number;
  /** Of the phase's orders, epoch ms. */
  readonly began: number;
  readonly phase: Phase;
  /** How far orders are followed. */
  readonly until: Goal;
  /** How long orders are sent, ms, where that and not their number is given. */
  readonly sendsForMs?: number | undefined;
  readonly waits: WaitLengths;
  /** Requests that have a limit, in the last seconds. */
  readonly requests: RequestRates;
  /** Why the orders cannot be seen now. */
  readonly trouble: string | undefined;
  /** The report as it would be if the test were killed now. */
  readonly soFar: () => LoadReport;
}

/** How long an execution may take to close after its order has ended, and reading may take when the test is cut short, ms. */
const closingMs = 10_000;
/** Between two tries to read what has to be read, ms. */
const longestPauseMs = 15_000;

/** Yields where the test is after every look at its orders; returns the report. */
export async function* runLoadTest(
  target: Target,
  outputs: StackOutputs,
  options: LoadOptions,
): AsyncGenerator<LoadProgress, LoadReport> {
  const { stop = never, until = 'terminal', concurrency, via, thresholds = [] } = options;
  const broken = new AbortController();
  const signal = AbortSignal.any([options.signal, broken.signal]);
  await refuseApiRate(target, options);
  const waits = await waitLengths(target);
  const { planned, orders, first, warmUp, round } = await freshOrders(target, outputs, options);
  const warmBoard = new Board(warmUp, until);
  const board = new Board(planned ?? [], until);
  let meter = new Meter();
  let began = Date.now();
  let ledger: Ledger | undefined;
  const reportNow = (cut: Cut | undefined) => {
    const warmed = warmUp.length > 0 ? { warmUp: warmUpOf(warmBoard.all(), waits) } : {};
    const seen = { round, began, now: Date.now(), cut, waits, ledger, tool: meter.read() };
    return reportOn(board.all(), { ...options, ...warmed, ...seen });
  };
  const place = { target, outputs, waits, round, until, soFar: () => reportNow('killed') };
  if (warmUp.length > 0) {
    const warming = { board: warmBoard, orders: warmUp, concurrency, via, signal, stop };
    yield* follow({ ...place, warmsUp: true }, warming);
  }
  const books = new LedgerReader(target, outputs);
  if (until === 'terminal') await books.open(first, warmUp);
  meter = new Meter();
  began = Date.now();
  const sending = { ...options, signal, stop, board, orders };
  const following = follow(place, sending);
  const { poller, submitted } = yield* options.abortOnThreshold
    ? guarded(following, () => {
        if (isBroken(board.all(), { waits, thresholds })) broken.abort('threshold');
      })
    : following;
  const closed = (async () => {
    await submitted;
    if (until === 'accepted') return;
    const isPartial = signal.aborted || until !== 'terminal';
    await insist(() => closeBooks(poller, { target, board, isPartial }), signal);
    if (until === 'terminal') ledger = await insist(() => books.read(board.accepted()), signal);
  })();
  // Whoever is in a hurry gets what was seen up to now.
  await Promise.race([closed, patience(signal)]).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (signal.aborted) return reportNow(cutBy(signal.reason));
  const isCut = stop.aborted && (!planned || board.submitted < planned.length);
  return reportNow(isCut ? 'stopped' : undefined);
}

const never = new AbortController().signal;

interface Place extends Pick<LoadProgress, 'waits' | 'round' | 'until' | 'soFar'> {
  readonly target: Target;
  readonly outputs: StackOutputs;
  readonly warmsUp?: boolean;
}

interface Following extends Pace, Pick<Submission, 'via'> {
  readonly board: Board;
  readonly orders: Iterable<PlannedOrder>;
  readonly signal: AbortSignal;
  readonly stop: AbortSignal;
}

/** Looking takes at most this part of the time. */
const guardShare = 0.05;

/** Yields what a test does, and has `look` look at it first. */
async function* guarded<T>(
  test: AsyncGenerator<LoadProgress, T>,
  look: () => void,
): AsyncGenerator<LoadProgress, T> {
  let due = 0;
  for (;;) {
    const next = await test.next();
    if (next.done) return next.value;
    const now = performance.now();
    if (now >= due) {
      look();
      const looked = performance.now();
      due = looked + (looked - now) / guardShare;
    }
    yield next.value;
  }
}

/** Sends the orders and looks at them until all are done; yields after every look. */
async function* follow(
  { target, outputs, warmsUp = false, ...place }: Place,
  { board, signal, stop, ...sending }: Following,
): AsyncGenerator<LoadProgress, { poller: Poller; submitted: Promise<void> }> {
  const poller = new Poller(target, outputs, { board, signal });
  const began = Date.now();
  const noMore = AbortSignal.any([signal, stop]);
  const submitting = new Watched(submitAll(target, outputs, { ...sending, board, signal: noMore }));
  const progress = (): LoadProgress => {
    const { trouble, requests } = poller;
    const phase = warmsUp ? 'warm-up' : submitting.done ? 'draining' : 'submitting';
    const sendsForMs = sending.durationMs;
    return { ...place, orders: board.all(), began, phase, sendsForMs, requests, trouble };
  };
  yield progress();
  while (!signal.aborted) {
    const isSubmitted = submitting.done;
    await poller.look();
    yield progress();
    if (isSubmitted && poller.open().length === 0) break;
    await sleep(poller.nextLookMs, undefined, { signal }).catch(() => {});
  }
  if (!signal.aborted && !warmsUp) yield { ...progress(), phase: 'judging' };
  return { poller, submitted: submitting.end };
}

/** Work that goes on beside the looks; its failure is thrown where it is asked about. */
class Watched {
  readonly end: Promise<void>;
  #settled = false;
  #error: unknown;

  constructor(work: Promise<void>) {
    this.end = work.finally(() => {
      this.#settled = true;
    });
    this.end.catch((error: unknown) => {
      this.#error = error;
    });
  }

  get done(): boolean {
    if (this.#error) throw this.#error;
    return this.#settled;
  }
}

/** Resolves a while after the test was cut short. */
async function patience(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  await sleep(closingMs, undefined, { ref: false });
}

/** Reads until it succeeds, or until it fails with what will not pass: what is there in the end must be seen. */
async function insist<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await read();
    } catch (error) {
      if (!isTransient(error) || signal.aborted) throw error;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}

/** Reads everything once more, when the executions have closed: what counts is what is there in the end. */
async function closeBooks(
  poller: Poller,
  { target, board, isPartial }: { target: Target; board: Board; isPartial: boolean },
): Promise<void> {
  const until = Date.now() + closingMs;
  for (;;) {
    await poller.readExecutions();
    const running = board
      .accepted()
      .some(({ executions }) => executions.some(({ status }) => status === 'RUNNING'));
    if (!running || isPartial || Date.now() > until) break;
    await sleep(target.pollMs);
  }
  await poller.readAll();
}

function cutBy(reason: unknown): Cut {
  if (reason === 'threshold') return reason;
  return reason instanceof Error && reason.name === 'TimeoutError' ? 'timeout' : 'interrupted';
}
