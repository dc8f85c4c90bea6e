import { setTimeout as sleep } from 'node:timers/promises';
import { outputs as names } from '../../../functions/contract/api.ts';
import { isEnd } from '../../../functions/contract/workflow.ts';
import { isNotFound, isTransient } from '../../aws/errors.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { readOrders } from '../lookup/batch-get.ts';
import { readExecution } from '../lookup/read-order.ts';
import { executionReads, logReads } from '../requests/rate-limiter.ts';
import { type LogEntry, type LogEvent, type LogSource, parseEntry } from './entry.ts';
import { InOrder } from './in-order.ts';

type Group = Exclude<LogSource, 'platform'>;

export interface LogQuery {
  /** Milliseconds since the epoch; `until` is absent for now. */
  readonly since: number;
  readonly until?: number | undefined;
  /** Only lines of these orders; none given: of all. */
  readonly orderIds: readonly string[];
  readonly sources: readonly LogSource[];
}

/** Nothing could be read for a while, and when it could again. */
export interface LogGap {
  readonly gap: string;
}

export type LogItem = LogEntry | LogGap;

export interface FollowLogs extends LogQuery {
  readonly signal: AbortSignal;
  /** How long to go on after the last of `orderIds` has ended, ms; absent to go on until `signal`. */
  readonly lingerMs?: number;
}

/** CloudWatch takes at most so long a pattern. */
const longestPattern = 1024;
const longestBackoffMs = 15_000;
/** Events become visible some seconds after they were written; so far back they are read again. */
const overlapMs = 30_000;
const endCheckMs = 1_000;

/** The lines of both functions in a stretch of time, page by page, in the order in which they were written. */
export async function* readLogs(
  target: Target,
  outputs: StackOutputs,
  query: LogQuery,
): AsyncGenerator<LogEntry[]> {
  const until = query.until ?? Date.now() + 1000;
  const streams = groupsOf(query.sources).map((group) =>
    pages(target, outputs, { group, query, from: query.since, until }),
  );
  const [only, ...others] = streams;
  if (only && others.length === 0) yield* only;
  else yield* merged(streams);
}

/**
 * The lines as they are written, until `signal` says to stop or the orders asked for have ended. Reads a little again
 * each time, as events arrive late and twice; rides out throttling and lost connections, and says so.
 */
export async function* followLogs(
  target: Target,
  outputs: StackOutputs,
  query: FollowLogs,
): AsyncGenerator<LogItem[]> {
  const { signal, orderIds, lingerMs } = query;
  const order = new InOrder<LogEntry>({ holdMs: Math.min(2000, target.pollMs * 2), overlapMs });
  const ended = endWatch(target, outputs, { orderIds, lingerMs });
  let failures = 0;
  while (!signal.aborted) {
    let last = false;
    try {
      // Before the lines are read: those of an order that has ended by now are all written.
      last = await ended();
      const from = Math.max(query.since, order.from);
      for (const group of groupsOf(query.sources)) {
        const until = Date.now() + 60_000;
        for await (const page of pages(target, outputs, { group, query, from, until })) {
          order.add(page);
        }
      }
      if (failures > 0) yield [{ gap: 'the log could be read again; lines may be late' }];
      failures = 0;
    } catch (error) {
      if (!isTransient(error)) throw error;
      failures += 1;
      if (failures === 1) yield [{ gap: error instanceof Error ? error.message : String(error) }];
    }
    const due = order.take(last ? Number.POSITIVE_INFINITY : Date.now());
    if (due.length > 0) yield due.map(({ event }) => event);
    if (last) return;
    const pause = Math.min(target.pollMs * 2 ** failures, longestBackoffMs);
    await sleep(pause, undefined, { signal }).catch(() => {});
  }
}

/** Platform lines are in both groups. */
function groupsOf(sources: readonly LogSource[]): Group[] {
  const groups: readonly Group[] = ['workflow', 'status'];
  return groups.filter((each) => sources.includes(each) || sources.includes('platform'));
}

interface Stretch {
  readonly group: Group;
  readonly query: LogQuery;
  readonly from: number;
  readonly until: number;
}

async function* pages(
  target: Target,
  outputs: StackOutputs,
  { group, query, from, until }: Stretch,
): AsyncGenerator<LogEntry[]> {
  const { FilterLogEventsCommand } = await import('../../aws/sdk/cloudwatch-logs.ts');
  const client = await target.clients.cloudWatchLogs();
  const logGroupName = output(
    outputs,
    group === 'workflow' ? names.workflowLogGroup : names.statusLogGroup,
  );
  const filterPattern = patternOf(query);
  const wanted = filterOf(query);
  let nextToken: string | undefined;
  do {
    const request = { logGroupName, startTime: from, endTime: until, nextToken };
    await logReads.turn();
    const answer = await client
      .send(new FilterLogEventsCommand({ ...request, ...(filterPattern ? { filterPattern } : {}) }))
      .catch((error: unknown) => {
        // A group appears with the first line in it.
        if (isNotFound(error)) return { events: [], nextToken: undefined };
        throw error;
      });
    const entries = (answer.events ?? []).map((event) =>
      parseEntry(
        {
          id: event.eventId ?? `${event.timestamp} ${event.message}`,
          timestamp: event.timestamp ?? 0,
          ingested: event.ingestionTime ?? 0,
          message: event.message ?? '',
        } satisfies LogEvent,
        group,
      ),
    );
    const matching = entries.filter(wanted);
    if (matching.length > 0) yield matching;
    nextToken = answer.nextToken;
  } while (nextToken);
}

/** Lets CloudWatch leave out the lines of other orders, where it can tell. */
function patternOf({ orderIds, sources }: LogQuery): string | undefined {
  // A platform line names its invocation alone.
  if (orderIds.length === 0 || sources.includes('platform')) return undefined;
  const tests = orderIds.flatMap((id) => [
    `$.executionArn = "*/durable-execution/${id}/*"`,
    `$.orderId = "${id}"`,
  ]);
  const pattern = `{ ${tests.join(' || ')} }`;
  return pattern.length <= longestPattern ? pattern : undefined;
}

/** Whether a line was asked for; lines of an invocation belong to the order that it worked on. */
function filterOf({ orderIds, sources }: LogQuery): (entry: LogEntry) => boolean {
  const orders = new Set(orderIds);
  const requests = new Set<string>();
  const ours = ({ orderId, requestId }: LogEntry): boolean => {
    if (orders.size === 0) return true;
    const named = orderId !== undefined && orders.has(orderId);
    if (named && requestId) requests.add(requestId);
    return named || (orderId === undefined && requests.has(requestId ?? ''));
  };
  return (entry) => ours(entry) && sources.includes(entry.source);
}

async function* merged(streams: readonly AsyncGenerator<LogEntry[]>[]): AsyncGenerator<LogEntry[]> {
  const next = async (stream: AsyncGenerator<LogEntry[]>): Promise<LogEntry[]> => {
    const step = await stream.next();
    return step.done ? [] : step.value;
  };
  const heads = await Promise.all(
    streams.map(async (stream) => ({ stream, page: await next(stream) })),
  );
  for (;;) {
    const open = heads.filter(({ page }) => page.length > 0);
    if (open.length === 0) return;
    // Everything up to the earliest end of a page can have nothing before it on a later page.
    const edge = Math.min(...open.map(({ page }) => page.at(-1)?.timestamp ?? 0));
    const ready: LogEntry[] = [];
    for (const head of open) {
      const count = head.page.findIndex(({ timestamp }) => timestamp > edge);
      ready.push(...head.page.splice(0, count < 0 ? head.page.length : count));
      if (head.page.length === 0) head.page = await next(head.stream);
    }
    yield ready.sort((a, b) => a.timestamp - b.timestamp);
  }
}

/** Tells whether the orders ended some time ago; asks the table now and then. */
function endWatch(
  target: Target,
  outputs: StackOutputs,
  { orderIds, lingerMs }: { orderIds: readonly string[]; lingerMs: number | undefined },
): () => Promise<boolean> {
  let checked = 0;
  let endedAt: number | undefined;
  return async () => {
    if (orderIds.length === 0 || lingerMs === undefined) return false;
    if (endedAt === undefined && Date.now() - checked >= Math.min(endCheckMs, target.pollMs)) {
      checked = Date.now();
      if (await haveEnded(target, outputs, orderIds)) endedAt = Date.now();
    }
    return endedAt !== undefined && Date.now() - endedAt >= lingerMs;
  };
}

/** By their items; an execution that was stopped or timed out leaves its item as it was. */
async function haveEnded(
  target: Target,
  outputs: StackOutputs,
  ids: readonly string[],
): Promise<boolean> {
  const found = await readOrders(target, outputs, { ids, fields: ['status', 'executionArn'] });
  for (const id of ids) {
    const order = found.get(id);
    if (order && isEnd(order.status)) continue;
    if (!order?.executionArn || !executionReads.take()) return false;
    const execution = await readExecution(target, order.executionArn);
    if (execution?.status === 'RUNNING') return false;
  }
  return true;
}
