import { setTimeout as sleep } from 'node:timers/promises';
import type { Event, EventError } from '@aws-sdk/client-lambda';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isNotFound, isTransient } from '../../aws/errors.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { endOf, type HistoryError, type HistoryEvent } from '../../workflow/history-event.ts';
import { type Timeline, timelineOf } from '../../workflow/timeline.ts';
import { executionReads } from '../requests/rate-limiter.ts';
import type { Found } from './find.ts';
import { findExecution, readOrder } from './read-order.ts';

const pageSize = 1000;
const longestBackoffMs = 10_000;

/** The whole history of an execution as Lambda tells it. Payloads are left out unless `data`. */
export async function readRawHistory(
  target: Target,
  arn: string,
  { data }: { data: boolean },
): Promise<Event[]> {
  const events: Event[] = [];
  let marker: string | undefined;
  do {
    const page = await readPage(target, arn, { marker, data });
    events.push(...page.events);
    marker = page.next;
  } while (marker);
  return events;
}

/** The whole history of an execution, oldest first. Throws a UserError (exit 5) when Lambda no longer keeps it. */
export async function readHistory(target: Target, arn: string): Promise<HistoryEvent[]> {
  // Errors are among the data that is left out otherwise.
  return (await readRawHistory(target, arn, { data: true })).map(toHistoryEvent);
}

/**
 * The history as it grows, each event once, until the execution ends or `signal` says to stop. Rides out throttling
 * and lost connections.
 */
export async function* followHistory(
  target: Target,
  arn: string,
  signal: AbortSignal,
): AsyncGenerator<HistoryEvent> {
  let marker: string | undefined;
  let told = 0;
  let failures = 0;
  while (!signal.aborted) {
    try {
      // The last page again and again: what is new is appended to it.
      const page = await readPage(target, arn, { marker, data: true });
      failures = 0;
      for (const event of page.events.map(toHistoryEvent)) {
        if (event.seq <= told) continue;
        told = event.seq;
        yield event;
        if (endOf(event)) return;
      }
      marker = page.next ?? marker;
      if (page.next) continue;
    } catch (error) {
      if (!isTransient(error)) throw error;
      failures += 1;
    }
    const pause = Math.min(Math.max(target.pollMs, 200) * 2 ** failures, longestBackoffMs);
    await sleep(pause, undefined, { signal }).catch(() => {});
  }
}

/** A page of the history, in its turn. Throws a UserError (exit 5) when Lambda no longer keeps it. */
async function readPage(target: Target, arn: string, page: PageOf): Promise<Page> {
  await executionReads.turn();
  return readPageNow(target, arn, page);
}

interface PageOf {
  readonly marker: string | undefined;
  readonly data: boolean;
}

interface Page {
  readonly events: Event[];
  readonly next: string | undefined;
}

/** The same for a caller whose turn it is. */
export async function readPageNow(
  target: Target,
  arn: string,
  { marker, data }: PageOf,
): Promise<Page> {
  const { GetDurableExecutionHistoryCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  try {
    const answer = await lambda.send(
      new GetDurableExecutionHistoryCommand({
        DurableExecutionArn: arn,
        IncludeExecutionData: data,
        MaxItems: pageSize,
        Marker: marker,
      }),
    );
    return { events: answer.Events ?? [], next: answer.NextMarker };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw historyGone(error);
  }
}

function historyGone(cause: unknown): UserError {
  return new UserError('The history of this execution is gone: Lambda keeps it for a while only.', {
    hint: 'orders get shows what the order itself holds',
    exit: 5,
    code: 'HistoryGone',
    cause,
  });
}

/** Lambda's event in the words of this program. */
export function toHistoryEvent(event: Event): HistoryEvent {
  const { EventId = 0, EventType = '', EventTimestamp, Id, Name } = event;
  const details = detailsOf(event);
  const retry = details.RetryDetails;
  const invocation = event.InvocationCompletedDetails;
  const error = errorOf(details.Error ?? invocation?.Error);
  const payload = details.Input?.Payload ?? details.Result?.Payload;
  return {
    seq: EventId,
    type: EventType,
    at: (EventTimestamp ?? new Date(0)).toISOString(),
    ...(Id === undefined || invocation ? {} : { id: Id }),
    ...(Name === undefined ? {} : { name: Name }),
    ...(retry?.CurrentAttempt === undefined ? {} : { attempt: retry.CurrentAttempt }),
    ...(retry?.NextAttemptDelaySeconds === undefined
      ? {}
      : { retryInMs: retry.NextAttemptDelaySeconds * 1000 }),
    ...(details.Duration === undefined ? {} : { waitMs: details.Duration * 1000 }),
    ...(error ? { error } : {}),
    ...(invocation?.StartTimestamp ? { startedAt: invocation.StartTimestamp.toISOString() } : {}),
    ...(invocation?.RequestId ? { requestId: invocation.RequestId } : {}),
    ...(payload === undefined ? {} : { payload }),
  };
}

/** The members that the details of one kind of event or another have. */
interface Details {
  readonly Error?: EventError;
  readonly Input?: { readonly Payload?: string };
  readonly Result?: { readonly Payload?: string };
  readonly RetryDetails?: {
    readonly CurrentAttempt?: number;
    readonly NextAttemptDelaySeconds?: number;
  };
  readonly Duration?: number;
}

function detailsOf(event: Event): Details {
  const key = `${event.EventType}Details`;
  return (event as unknown as Record<string, Details | undefined>)[key] ?? {};
}

function errorOf(error: EventError | undefined): HistoryError | undefined {
  if (!error) return undefined;
  const { ErrorType = 'Error', ErrorMessage = '' } = error.Payload ?? {};
  return { type: ErrorType, message: ErrorMessage };
}

/** What is known of an order's execution. */
export interface HistoryReport {
  readonly orderId: string;
  readonly executionArn: string;
  /** The function's version that the execution runs on. */
  readonly version?: string;
  /** Absent while it is not written. */
  readonly order?: OrderRecord;
  readonly events: readonly HistoryEvent[];
  readonly timeline: Timeline;
}

/** The history of an order's execution, with the order as it is now. Throws a UserError (exit 5) when there is none. */
export async function historyOf(
  target: Target,
  outputs: StackOutputs,
  found: { readonly orderId: string; readonly executionArn: string },
): Promise<HistoryReport> {
  const { orderId, executionArn } = found;
  const [order, events] = await Promise.all([
    readOrder(target, outputs, orderId),
    readHistory(target, executionArn),
  ]);
  const timeline = timelineOf(events, Date.now());
  if (!timeline) throw historyGone(undefined);
  const version = versionOf(executionArn);
  return {
    orderId,
    executionArn,
    ...(version === undefined ? {} : { version }),
    ...(order ? { order } : {}),
    events,
    timeline,
  };
}

/** The execution's ARN of an order that was found by another name. */
export async function executionOf(
  target: Target,
  outputs: StackOutputs,
  { orderId, executionArn }: Found,
): Promise<string> {
  const arn =
    executionArn ??
    (await readOrder(target, outputs, orderId))?.executionArn ??
    (await findExecution(target, outputs, orderId));
  if (arn !== undefined) return arn;
  throw historyGone(undefined);
}

/** `…:function:NAME:VERSION/durable-execution/…` */
function versionOf(arn: string): string | undefined {
  return /:function:[^:/]+:([^/]+)\//.exec(arn)?.[1];
}
