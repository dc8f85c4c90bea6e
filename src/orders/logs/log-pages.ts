import { outputs as outputNames } from '../../../functions/contract/api.ts';
import { isNotFound } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import { requireOutput } from '../../environment/stack-outputs.ts';
import { logReadLimiter } from '../requests/rate-limiter.ts';
import { type LogEntry, type LogEvent, type LogSource, parseEntry } from './entry.ts';

/** A log group, named after the function that writes it. */
export type LogGroup = Exclude<LogSource, 'platform'>;

export interface LogQuery {
  /** Start (ms since the epoch). */
  readonly since: number;
  /** End (ms since the epoch); absent: now. */
  readonly until?: number | undefined;
  /** Only lines of these orders; empty means all lines. */
  readonly orderIds: readonly string[];
  readonly sources: readonly LogSource[];
}

/** Time range of one log group. */
export interface LogWindow {
  readonly group: LogGroup;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until?: number;
}

const outputByGroup = {
  workflow: outputNames.workflowLogGroup,
  intake: outputNames.intakeLogGroup,
  status: outputNames.statusLogGroup,
} as const satisfies Record<LogGroup, string>;

/** Maximum length of a filter pattern (CloudWatch Logs quotas). */
const maxPatternLength = 1024;

/** Yields the entries of a log group that match the query, page by page. */
export async function* readPages(
  stack: Stack,
  { query, ...window }: LogWindow & { readonly query: LogQuery },
): AsyncGenerator<LogEntry[]> {
  const matches = createEntryFilter(query);
  for await (const page of readEventPages(stack, window, buildFilterPattern(query))) {
    const entries = page.map((event) => parseEntry(event, window.group)).filter(matches);
    if (entries.length > 0) yield entries;
  }
}

/** Yields the events of a log group page by page, within the request quota. No events if the group does not exist. */
export async function* readEventPages(
  stack: Stack,
  { group, from, until }: LogWindow,
  filterPattern?: string,
): AsyncGenerator<LogEvent[]> {
  const { FilterLogEventsCommand } = await import('../../aws/sdk/cloudwatch-logs.ts');
  const client = await stack.target.clients.cloudWatchLogs();
  // A stack that was deployed before this function existed has no output for it.
  if (group === 'intake' && stack.outputs[outputNames.intakeLogGroup] === undefined) return;
  const request = {
    logGroupName: requireOutput(stack, outputByGroup[group]),
    startTime: from,
    endTime: until,
    ...(filterPattern === undefined ? {} : { filterPattern }),
  };
  let nextToken: string | undefined;
  do {
    await logReadLimiter.acquire();
    const response = await client
      .send(new FilterLogEventsCommand({ ...request, nextToken }))
      .catch((error: unknown) => {
        // Lambda creates the group when it writes the first line.
        if (isNotFound(error)) return { events: [], nextToken: undefined };
        throw error;
      });
    yield (response.events ?? []).map(
      ({ eventId, timestamp = 0, ingestionTime = 0, message = '' }) => ({
        id: eventId ?? `${timestamp} ${message}`,
        timestamp,
        ingested: ingestionTime,
        message,
      }),
    );
    nextToken = response.nextToken;
  } while (nextToken);
}

/** Returns a filter pattern that excludes lines of other orders, or undefined if no pattern can express the query. */
function buildFilterPattern({ orderIds, sources }: LogQuery): string | undefined {
  // A platform line contains the id of its invocation, not that of the order.
  if (orderIds.length === 0 || sources.includes('platform')) return undefined;
  const tests = orderIds.flatMap((id) => [
    `$.executionArn = "*/durable-execution/${id}/*"`,
    `$.orderId = "${id}"`,
  ]);
  const pattern = `{ ${tests.join(' || ')} }`;
  return pattern.length <= maxPatternLength ? pattern : undefined;
}

/**
 * Returns a predicate for entries that match the query. A line without an order id belongs to the order of earlier
 * lines of the same invocation.
 */
function createEntryFilter({ orderIds, sources }: LogQuery): (entry: LogEntry) => boolean {
  const orders = new Set(orderIds);
  const invocations = new Set<string>();
  const matchesOrder = ({ orderId, requestId }: LogEntry): boolean => {
    if (orders.size === 0) return true;
    if (orderId === undefined) return invocations.has(requestId ?? '');
    if (!orders.has(orderId)) return false;
    if (requestId) invocations.add(requestId);
    return true;
  };
  return (entry) => matchesOrder(entry) && sources.includes(entry.source);
}
