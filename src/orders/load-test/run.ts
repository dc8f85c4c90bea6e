/** A load test: many orders at once, followed to their ends, and what must be true of them afterwards. */
import { setTimeout as sleep } from 'node:timers/promises';
import { stages } from '../../../functions/contract/workflow.ts';
import type { Target } from '../../target/resolve.ts';
import { describeStack, type StackOutputs } from '../../target/stack.ts';
import { readOrders } from '../batch.ts';
import { executionReads } from '../limiter.ts';
import type { Submission } from '../submit.ts';
import type { Mix } from './mix.ts';
import { Board, type ObservedOrder } from './observed.ts';
import { type PlannedOrder, planOrders } from './plan.ts';
import { Poller, type RequestRates } from './poller.ts';
import { type Cut, type LoadReport, reportOn, type WaitLengths } from './report.ts';
import { submitAll } from './submitter.ts';
import type { Threshold } from './thresholds.ts';

export interface LoadOptions extends Pick<Submission, 'via'> {
  readonly count: number;
  /** How many submissions are on their way at once. */
  readonly concurrency: number;
  /** Orders a second, on schedule; absent: as fast as `concurrency` allows. */
  readonly rate?: number | undefined;
  readonly thresholds?: readonly Threshold[] | undefined;
  readonly mix: Mix;
  readonly seed: number;
  /** Aborting ends the test early: nothing more is submitted, and what is there is reported. */
  readonly signal: AbortSignal;
  /** Aborting has nothing more submitted; what is on its way is followed to its end. */
  readonly stop?: AbortSignal | undefined;
}

/** Where the test is. */
export interface LoadProgress {
  readonly orders: readonly ObservedOrder[];
  readonly round: number;
  /** Epoch ms. */
  readonly began: number;
  readonly phase: 'submitting' | 'draining';
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

/** Yields where the test is after every look at its orders; returns the report. */
export async function* runLoadTest(
  target: Target,
  outputs: StackOutputs,
  options: LoadOptions,
): AsyncGenerator<LoadProgress, LoadReport> {
  const { signal, stop = never } = options;
  const waits = await waitLengths(target);
  const { planned, round } = await freshOrders(target, outputs, options);
  const board = new Board(planned);
  const poller = new Poller(target, outputs, { board, signal });
  const began = Date.now();
  const noMore = AbortSignal.any([signal, stop]);
  const submitting = new Watched(submitAll(target, outputs, { ...options, board, signal: noMore }));
  const reportNow = (cut: Cut | undefined) =>
    reportOn(board.all(), { ...options, round, began, now: Date.now(), cut, waits });
  const progress = (): LoadProgress => {
    const { trouble, requests } = poller;
    const phase = submitting.done ? 'draining' : 'submitting';
    const soFar = () => reportNow('killed');
    return { orders: board.all(), round, began, phase, waits, requests, trouble, soFar };
  };
  yield progress();
  while (!signal.aborted) {
    const isSubmitted = submitting.done;
    await poller.look();
    yield progress();
    if (isSubmitted && poller.open().length === 0) break;
    await sleep(poller.nextLookMs, undefined, { signal }).catch(() => {});
  }
  const finished = (async () => {
    await submitting.end;
    await closeBooks(poller, { target, board, isPartial: signal.aborted });
  })();
  // Whoever is in a hurry gets what was seen up to now.
  const patience = sleep(closingMs, undefined, { ref: false });
  await (signal.aborted ? Promise.race([finished.catch(() => {}), patience]) : finished);
  if (signal.aborted) return reportNow(cutBy(signal.reason));
  return reportNow(board.all().length > board.submitted ? 'stopped' : undefined);
}

const never = new AbortController().signal;

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

/** Reads everything once more, when the executions have closed: what counts is what is there in the end. */
async function closeBooks(
  poller: Poller,
  { target, board, isPartial }: { target: Target; board: Board; isPartial: boolean },
): Promise<void> {
  const until = Date.now() + closingMs;
  for (;;) {
    await executionReads.turn();
    await poller.readExecutions();
    const running = board
      .accepted()
      .some(({ executions }) => executions.some(({ status }) => status === 'RUNNING'));
    if (!running || isPartial || Date.now() > until) break;
    await sleep(target.pollMs);
  }
  await poller.readAll();
}

/** The seed's orders; a seed that was used here before gets new ids, as the old orders are not ours. */
async function freshOrders(
  target: Target,
  outputs: StackOutputs,
  options: LoadOptions,
): Promise<{ planned: readonly PlannedOrder[]; round: number }> {
  for (let round = 1; ; round++) {
    const planned = planOrders({ ...options, round });
    const ids = planned.map(({ orderId }) => orderId);
    const there = await readOrders(target, outputs, { ids, fields: ['orderId'] });
    if (there.size === 0) return { planned, round };
  }
}

/** How long the deployment's waits take here, in wall time, ms. */
async function waitLengths(target: Target): Promise<WaitLengths> {
  const { Parameters = [] } = (await describeStack(target)) ?? {};
  const value = (name: string) =>
    Parameters.find(({ ParameterKey }) => ParameterKey === name)?.ParameterValue;
  const names = {
    'await-warehouse': 'WarehouseWaitSeconds',
    'await-pickup': 'PickupWaitSeconds',
  } as const;
  const lengths = stages.flatMap((stage) =>
    stage.kind === 'wait'
      ? [[stage.id, (Number(value(names[stage.id]) ?? stage.seconds) * 1000) / target.timeScale]]
      : [],
  );
  return Object.fromEntries(lengths) as WaitLengths;
}

const cutBy = (reason: unknown) =>
  reason instanceof Error && reason.name === 'TimeoutError' ? 'timeout' : 'interrupted';
