/** Lists the durable callbacks that executions wait for, and responds to them by order and step. */

import type { Event } from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { reviewDecisionSchema, reviewOperations } from '../../../functions/contract/review.ts';
import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import type { LocatedOrder } from '../lookup/find.ts';
import { readRawHistory, resolveExecutionArn } from '../lookup/history.ts';
import type { ListQuery } from '../lookup/list.ts';
import { type CallbackResponse, sendCallbackResponse } from './callback-response.ts';
import { listOrdersInReview } from './review.ts';

export interface PendingCallback {
  readonly orderId: string;
  /** The name of the durable operation. */
  readonly step: string;
  /** RFC 3339 UTC. */
  readonly waitsSince: string;
  /** When the callback fails without a response (RFC 3339 UTC); absent without a timeout. */
  readonly timesOutAt?: string;
  /** Maximum time between heartbeats (seconds); absent if none are needed. */
  readonly heartbeatSeconds?: number;
}

interface Callback {
  readonly id: string;
  readonly pending: PendingCallback;
}

export interface RespondResult {
  readonly orderId: string;
  readonly step: string;
  readonly answer: CallbackResponse['kind'];
  /** True if the order is paused: it continues after it is resumed. */
  readonly paused?: true;
}

/** Reads the pending callbacks of orders from their histories. Meant for few orders: it reads one history each. */
export async function readPendingCallbacks(
  stack: Stack,
  orders: readonly LocatedOrder[],
): Promise<PendingCallback[]> {
  const pending: PendingCallback[] = [];
  for (const order of orders) {
    const { callbacks } = await readCallbacks(stack, order);
    pending.push(...callbacks.map((callback) => callback.pending));
  }
  return pending;
}

/** Lists the pending callbacks of orders in review, from the orders table alone. */
export async function listReviewCallbacks(
  stack: Stack,
  query: ListQuery,
): Promise<PendingCallback[]> {
  const orders = await listOrdersInReview(stack, query);
  return orders.map(({ orderId, requestedAt, dueAt }) => ({
    orderId,
    step: reviewOperations.callback,
    waitsSince: requestedAt,
    timesOutAt: dueAt,
  }));
}

export interface RespondOptions {
  readonly found: LocatedOrder;
  /** Required if the order waits for several callbacks. */
  readonly step?: string | undefined;
  readonly response: CallbackResponse;
}

/**
 * Responds to a pending callback of an order. Throws a UserError if there is no such callback (exit 5), if the step is
 * ambiguous or the result is not a review decision (exit 2), or if the callback was completed meanwhile (exit 6).
 */
export async function respondToCallback(
  stack: Stack,
  { found, step, response }: RespondOptions,
): Promise<RespondResult> {
  const { orderId } = found;
  const { callbacks, paused } = await readCallbacks(stack, found);
  const { id, pending } = chooseCallback(callbacks, orderId, step);
  if (response.kind === 'succeed') requireReviewDecision(pending, response.result);
  await sendCallbackResponse(stack.target, { orderId, callbackId: id, response });
  return { orderId, step: pending.step, answer: response.kind, ...(paused ? { paused } : {}) };
}

/** Types of the events that start and end a pause. The client's type does not contain them yet. */
const pauseChanges: ReadonlySet<string> = new Set(['ExecutionPaused', 'ExecutionResumed']);

async function readCallbacks(
  stack: Stack,
  order: LocatedOrder,
): Promise<{ readonly callbacks: readonly Callback[]; readonly paused: boolean }> {
  const arn = await resolveExecutionArn(stack, order);
  const events = await readRawHistory(stack.target, arn, { data: false });
  const change = events.findLast((event) => pauseChanges.has(event.EventType ?? ''));
  return {
    callbacks: findPendingCallbacks(events, order.orderId, stack.target.timeScale),
    paused: change !== undefined && String(change.EventType) === 'ExecutionPaused',
  };
}

/** Finds the callbacks that have started and not ended, oldest first. */
function findPendingCallbacks(
  events: readonly Event[],
  orderId: string,
  timeScale: number,
): Callback[] {
  const hasEnded = events.some(({ EventType = '' }) =>
    /^Execution(Succeeded|Failed|TimedOut|Stopped)$/.test(EventType),
  );
  if (hasEnded) return [];
  const completed = new Set(
    events.flatMap(({ EventType = '', Id = '' }) =>
      /^Callback(Succeeded|Failed|TimedOut)$/.test(EventType) ? [Id] : [],
    ),
  );
  const names = new Map(events.map(({ Id, Name }) => [Id, Name]));
  return events.flatMap((event): Callback[] => {
    const { Id = '', ParentId, EventTimestamp: at, CallbackStartedDetails: details } = event;
    if (!details?.CallbackId || !at || completed.has(Id)) return [];
    const { Timeout, HeartbeatTimeout } = details;
    const dueMs = at.getTime() + ((Timeout ?? 0) * 1000) / timeScale;
    const pending = {
      orderId,
      // The callback of a `waitForCallback` has no name; its parent operation has it.
      step: event.Name ?? names.get(ParentId) ?? Id,
      waitsSince: at.toISOString(),
      ...(Timeout ? { timesOutAt: new Date(dueMs).toISOString() } : {}),
      ...(HeartbeatTimeout ? { heartbeatSeconds: HeartbeatTimeout } : {}),
    };
    return [{ id: details.CallbackId, pending }];
  });
}

function chooseCallback(
  callbacks: readonly Callback[],
  orderId: string,
  step: string | undefined,
): Callback {
  const steps = callbacks.map(({ pending }) => pending.step).join(', ');
  const matching =
    step === undefined ? callbacks : callbacks.filter(({ pending }) => pending.step === step);
  const [first, ...others] = matching;
  if (first && others.length === 0) return first;
  if (first) {
    throw new UserError(`${orderId} waits for ${matching.length} callbacks.`, {
      hint: `name one of: ${steps}`,
      code: 'Ambiguous',
    });
  }
  const missing = step === undefined ? 'a callback' : `the callback "${step}"`;
  throw new UserError(`${orderId} does not wait for ${missing}.`, {
    hint: steps === '' ? `orders get ${orderId}` : `it waits for: ${steps}`,
    exit: 5,
    code: 'NotFound',
  });
}

/** Rejects a result that the workflow could not read as a review decision: it would reject the order. */
function requireReviewDecision({ orderId, step }: PendingCallback, result = ''): void {
  if (step !== reviewOperations.callback) return;
  const parsed = v.safeParse(reviewDecisionSchema, parseJson(result));
  if (parsed.success) return;
  const problems = describeIssues(parsed.issues);
  const detail = problems === '' ? '' : ` (${problems})`;
  throw new UserError(`The result for ${step} is not a review decision${detail}.`, {
    hint: [`orders review approve ${orderId}`, `orders review reject ${orderId}`],
    code: 'NoReview',
  });
}

/** Returns all problems of a value: `missing: by, at; unknown: approved; decision: Invalid type: …`. */
function describeIssues(issues: readonly v.BaseIssue<unknown>[]): string {
  const fields = issues.map(({ path = [], expected, received, message }) => ({
    name: path.map(({ key }) => String(key)).join('.'),
    isMissing: received === 'undefined',
    isUnknown: expected === 'never',
    message,
  }));
  const missing = fields.filter(({ name, isMissing }) => name && isMissing);
  const unknown = fields.filter(({ isUnknown }) => isUnknown);
  const others = fields.filter(
    ({ name, isMissing, isUnknown }) => name && !isMissing && !isUnknown,
  );
  return [
    ...(missing.length > 0 ? [`missing: ${missing.map(({ name }) => name).join(', ')}`] : []),
    ...(unknown.length > 0 ? [`unknown: ${unknown.map(({ name }) => name).join(', ')}`] : []),
    ...others.map(({ name, message }) => `${name}: ${message}`),
  ].join('; ');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
