/** Durable callbacks: what an execution waits for that somebody else has to say, named by order and step. */
import type { Event } from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { reviewDecisionSchema, reviewOperations } from '../../../functions/contract/review.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import type { Found } from '../lookup/find.ts';
import { executionOf, readRawHistory } from '../lookup/history.ts';
import type { ListQuery } from '../lookup/list.ts';
import { type Answer, sendAnswer } from './callback-answer.ts';
import { listParked } from './review.ts';

export interface PendingCallback {
  readonly orderId: string;
  /** The name of the durable operation. */
  readonly step: string;
  /** RFC 3339 UTC. */
  readonly waitsSince: string;
  /** When it fails unless it is answered before, RFC 3339 UTC; absent for one that waits without a limit. */
  readonly timesOutAt?: string;
  /** A heartbeat is due so often, seconds; absent for one that needs none. */
  readonly heartbeatSeconds?: number;
}

interface Callback {
  readonly id: string;
  readonly pending: PendingCallback;
}

export interface Answered {
  readonly orderId: string;
  readonly step: string;
  readonly answer: Answer['kind'];
}

/** The callbacks that these orders' executions wait for, from their histories: a few orders, not thousands. */
export async function pendingCallbacks(
  target: Target,
  outputs: StackOutputs,
  orders: readonly Found[],
): Promise<PendingCallback[]> {
  const pending: PendingCallback[] = [];
  for (const found of orders) {
    const callbacks = await callbacksOf(target, outputs, found);
    pending.push(...callbacks.map((each) => each.pending));
  }
  return pending;
}

/** The callbacks that the orders table knows of: those of orders that wait for a review. */
export async function knownCallbacks(
  target: Target,
  outputs: StackOutputs,
  query: ListQuery,
): Promise<PendingCallback[]> {
  const parked = await listParked(target, outputs, query);
  return parked.map(({ orderId, requestedAt, dueAt }) => ({
    orderId,
    step: reviewOperations.callback,
    waitsSince: requestedAt,
    timesOutAt: dueAt,
  }));
}

export interface AnswerOptions {
  readonly found: Found;
  /** Needed only where the order waits for several. */
  readonly step?: string | undefined;
  readonly answer: Answer;
}

/**
 * Answers the callback that an order waits for. Throws a UserError when it waits for none, or not for this one (exit 5),
 * when it waits for several and none is named or the answer is not what a review takes (exit 2), and when somebody else
 * was faster (exit 6).
 */
export async function answerCallback(
  target: Target,
  outputs: StackOutputs,
  { found, step, answer }: AnswerOptions,
): Promise<Answered> {
  const { orderId } = found;
  const { id, pending } = choose(await callbacksOf(target, outputs, found), orderId, step);
  if (answer.kind === 'succeed') refuseNoReview(pending, answer.result);
  await sendAnswer(target, { orderId, callbackId: id, answer });
  return { orderId, step: pending.step, answer: answer.kind };
}

async function callbacksOf(
  target: Target,
  outputs: StackOutputs,
  found: Found,
): Promise<Callback[]> {
  const arn = await executionOf(target, outputs, found);
  const events = await readRawHistory(target, arn, { data: false });
  return callbacksIn(events, found.orderId, target.timeScale);
}

/** The callbacks that have begun and not ended, the one that waits longest first. */
function callbacksIn(events: readonly Event[], orderId: string, timeScale: number): Callback[] {
  const over = new Set(
    events.flatMap(({ EventType = '', Id = '' }) =>
      /^Callback(Succeeded|Failed|TimedOut)$/.test(EventType) ? [Id] : [],
    ),
  );
  const hasEnded = events.some(({ EventType = '' }) =>
    /^Execution(Succeeded|Failed|TimedOut|Stopped)$/.test(EventType),
  );
  const names = new Map(events.map(({ Id, Name }) => [Id, Name]));
  return events.flatMap((event): Callback[] => {
    const { Id = '', ParentId, EventTimestamp: at, CallbackStartedDetails: details } = event;
    if (hasEnded || !details?.CallbackId || !at || over.has(Id)) return [];
    const { Timeout, HeartbeatTimeout } = details;
    const due = at.getTime() + ((Timeout ?? 0) * 1000) / timeScale;
    const pending = {
      orderId,
      // The callback of a `waitForCallback` has no name of its own.
      step: event.Name ?? names.get(ParentId) ?? Id,
      waitsSince: at.toISOString(),
      ...(Timeout ? { timesOutAt: new Date(due).toISOString() } : {}),
      ...(HeartbeatTimeout ? { heartbeatSeconds: HeartbeatTimeout } : {}),
    };
    return [{ id: details.CallbackId, pending }];
  });
}

function choose(
  callbacks: readonly Callback[],
  orderId: string,
  step: string | undefined,
): Callback {
  const steps = callbacks.map(({ pending }) => pending.step).join(', ');
  const wanted =
    step === undefined ? callbacks : callbacks.filter(({ pending }) => pending.step === step);
  const [first, ...others] = wanted;
  if (first && others.length === 0) return first;
  if (first) {
    throw new UserError(`${orderId} waits for ${wanted.length} callbacks: which?`, {
      hint: `name one of: ${steps}`,
      code: 'Ambiguous',
    });
  }
  const what = step === undefined ? 'no callback' : `no callback "${step}"`;
  throw new UserError(`${orderId} waits for ${what}.`, {
    hint: steps === '' ? `orders get ${orderId}` : `it waits for: ${steps}`,
    exit: 5,
    code: 'NotFound',
  });
}

/** The workflow rejects an order whose review it cannot read: better nothing is sent. */
function refuseNoReview({ orderId, step }: PendingCallback, result = ''): void {
  if (step !== reviewOperations.callback) return;
  const parsed = v.safeParse(reviewDecisionSchema, parse(result));
  if (parsed.success) return;
  const [{ path, message }] = parsed.issues;
  const where = path?.map(({ key }) => String(key)).join('.');
  throw new UserError(
    `${step} takes the decision of a review, and this is none${where ? ` (${where}: ${message})` : ''}.`,
    {
      hint: [`orders review approve ${orderId}`, `orders review reject ${orderId}`],
      code: 'NoReview',
    },
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
