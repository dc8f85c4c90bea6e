/** Reads and follows the histories of executions. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Event } from '@aws-sdk/client-lambda';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isNotFound, isTransient } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { executionEnd, type HistoryEvent } from '../../workflow/history-event.ts';
import { buildTimeline, type Timeline } from '../../workflow/timeline.ts';
import { executionReadLimiter } from '../requests/rate-limiter.ts';
import { readOrder } from '../tables/orders-table.ts';
import { findExecution } from './executions.ts';
import type { LocatedOrder } from './find.ts';
import { toHistoryEvent } from './to-history-event.ts';

const pageSize = 1000;
const minPollMs = 200;
const maxBackoffMs = 10_000;

/** Reads the history of an execution as Lambda returns it, oldest event first. Without `data`, payloads are left out. */
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

/** Reads the history of an execution, oldest event first. Throws a UserError if Lambda no longer retains it (exit 5). */
export async function readHistory(target: Target, arn: string): Promise<HistoryEvent[]> {
  // Lambda counts errors as execution data.
  return (await readRawHistory(target, arn, { data: true })).map(toHistoryEvent);
}

/**
 * Yields the events of a history as they are added, until the execution ends or `signal` aborts. Continues through
 * transient errors.
 */
export async function* followHistory(
  target: Target,
  arn: string,
  signal: AbortSignal,
): AsyncGenerator<HistoryEvent> {
  let marker: string | undefined;
  let lastSeq = 0;
  let failures = 0;
  while (!signal.aborted) {
    const page = await readPage(target, arn, { marker, data: true }).catch(ignoreTransient);
    for (const event of page?.events.map(toHistoryEvent) ?? []) {
      if (event.seq <= lastSeq) continue;
      lastSeq = event.seq;
      yield event;
      if (executionEnd(event)) return;
    }
    failures = page ? 0 : failures + 1;
    // New events are appended to the last page, so that page is read again.
    marker = page?.next ?? marker;
    if (page?.next) continue;
    const delayMs = Math.min(Math.max(target.pollMs, minPollMs) * 2 ** failures, maxBackoffMs);
    await sleep(delayMs, undefined, { signal }).catch(() => {});
  }
}

function ignoreTransient(error: unknown): undefined {
  if (!isTransient(error)) throw error;
}

interface PageRequest {
  readonly marker: string | undefined;
  readonly data: boolean;
}

interface HistoryPage {
  readonly events: Event[];
  readonly next: string | undefined;
}

async function readPage(target: Target, arn: string, page: PageRequest): Promise<HistoryPage> {
  await executionReadLimiter.acquire();
  return readPageUnlimited(target, arn, page);
}

/**
 * Reads a page of a history without the rate limiter, for a caller that has acquired a slot. Throws a UserError if Lambda
 * no longer retains the history (exit 5).
 */
export async function readPageUnlimited(
  target: Target,
  arn: string,
  { marker, data }: PageRequest,
): Promise<HistoryPage> {
  const { GetDurableExecutionHistoryCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  try {
    const { Events = [], NextMarker } = await lambda.send(
      new GetDurableExecutionHistoryCommand({
        DurableExecutionArn: arn,
        IncludeExecutionData: data,
        MaxItems: pageSize,
        Marker: marker,
      }),
    );
    return { events: Events, next: NextMarker };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw historyGoneError(error);
  }
}

function historyGoneError(cause: unknown): UserError {
  return new UserError('The history of this execution is gone: Lambda keeps it for a while only.', {
    hint: 'orders get shows what the order itself holds',
    exit: 5,
    code: 'HistoryGone',
    cause,
  });
}

/** The history of an order's execution, and the order. */
export interface HistoryReport {
  readonly orderId: string;
  readonly executionArn: string;
  /** The function version that the execution runs on. */
  readonly version?: string;
  /** Absent while the order has no item. */
  readonly order?: OrderRecord;
  readonly events: readonly HistoryEvent[];
  readonly timeline: Timeline;
}

/** Reads an order and the history of its execution. Throws a UserError if there is no history (exit 5). */
export async function readHistoryReport(
  stack: Stack,
  found: { readonly orderId: string; readonly executionArn: string },
): Promise<HistoryReport> {
  const { orderId, executionArn } = found;
  const [order, events] = await Promise.all([
    readOrder(stack, orderId),
    readHistory(stack.target, executionArn),
  ]);
  const report = toHistoryReport({ orderId, executionArn, order, events });
  if (!report) throw historyGoneError(undefined);
  return report;
}

/** Builds the report of a history that was read; undefined without events. */
export function toHistoryReport({
  orderId,
  executionArn,
  order,
  events,
}: Pick<HistoryReport, 'orderId' | 'executionArn' | 'events'> & {
  readonly order: OrderRecord | undefined;
}): HistoryReport | undefined {
  const timeline = buildTimeline(events, Date.now());
  if (!timeline) return undefined;
  const version = parseVersion(executionArn);
  return {
    orderId,
    executionArn,
    ...(version === undefined ? {} : { version }),
    ...(order ? { order } : {}),
    events,
    timeline,
  };
}

/** Returns the ARN of an order's execution. Throws a UserError if there is none (exit 5). */
export async function resolveExecutionArn(
  stack: Stack,
  { orderId, executionArn }: LocatedOrder,
): Promise<string> {
  const arn =
    executionArn ??
    (await readOrder(stack, orderId))?.executionArn ??
    (await findExecution(stack, orderId));
  if (arn !== undefined) return arn;
  throw historyGoneError(undefined);
}

/** Parses the function version in `…:function:NAME:VERSION/durable-execution/…`. */
export function parseVersion(arn: string): string | undefined {
  return /:function:[^:/]+:([^/]+)\//.exec(arn)?.[1];
}
