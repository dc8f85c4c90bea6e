import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '../../aws/errors.ts';
import { latestRecordTime } from '../../environment/latest-record.ts';
import type { Stack } from '../../environment/stack.ts';
import { createEndCheck } from './end-check.ts';
import type { LogEntry, LogSource } from './entry.ts';
import { type LogGroup, type LogQuery, readPages } from './log-pages.ts';
import { ReorderBuffer } from './reorder-buffer.ts';

/** A period in which the log could not be read, or its end. */
export interface LogGap {
  readonly gap: string;
}

export type LogItem = LogEntry | LogGap;

export interface FollowLogsOptions extends LogQuery {
  readonly signal: AbortSignal;
  /** Time to continue after the last of `orderIds` has ended (ms); absent: until `signal` aborts. */
  readonly lingerMs?: number;
}

const maxBackoffMs = 15_000;
/** Lines become visible some seconds after they were written. Each poll reads this period again (ms). */
const overlapMs = 30_000;
/** Maximum time for which a line is held back until earlier ones have arrived (ms). */
const maxHoldMs = 2000;

/** Yields the lines of both functions in the time range of the query, page by page, sorted by time. */
export async function* readLogs(stack: Stack, query: LogQuery): AsyncGenerator<LogEntry[]> {
  const until = query.until ?? latestRecordTime(stack.target);
  const sources = groupsFor(query.sources).map((group) =>
    readPages(stack, { group, query, from: query.since, until }),
  );
  const [first, ...others] = sources;
  if (first && others.length === 0) yield* first;
  else yield* mergeByTime(sources);
}

/** State of `followLogs` between two polls. */
interface FollowState {
  readonly buffer: ReorderBuffer<LogEntry>;
  readonly hasEnded: () => Promise<boolean>;
  /** Consecutive polls that failed. */
  failures: number;
}

/**
 * Yields lines as they are written, until `signal` aborts or `lingerMs` after all orders have ended. Continues after
 * throttling and lost connections, and reports each such gap.
 */
export async function* followLogs(
  stack: Stack,
  query: FollowLogsOptions,
): AsyncGenerator<LogItem[]> {
  const { signal } = query;
  const { pollMs } = stack.target;
  const state: FollowState = {
    buffer: new ReorderBuffer({ holdMs: Math.min(maxHoldMs, pollMs * 2), overlapMs }),
    hasEnded: createEndCheck(stack, query),
    failures: 0,
  };
  while (!signal.aborted) {
    const { isLast, gap } = await pollOnce(stack, query, state);
    if (gap !== undefined) yield [{ gap }];
    const due = state.buffer.take(isLast ? Number.POSITIVE_INFINITY : Date.now());
    if (due.length > 0) yield due.map(({ event }) => event);
    if (isLast) return;
    const pauseMs = Math.min(pollMs * 2 ** state.failures, maxBackoffMs);
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}

interface PollResult {
  /** Whether all orders have ended and all of their lines are in the buffer. */
  readonly isLast: boolean;
  /** Message at the start or at the end of a gap. */
  readonly gap?: string;
}

/**
 * Reads the new lines into the buffer. Returns a gap for the first transient error in a row; throws permanent errors.
 */
async function pollOnce(stack: Stack, query: LogQuery, state: FollowState): Promise<PollResult> {
  try {
    // The check comes before the read: orders that have ended by now have written all their lines.
    const isLast = await state.hasEnded();
    await readNewLines(stack, query, state.buffer);
    const isRecovery = state.failures > 0;
    state.failures = 0;
    return { isLast, ...(isRecovery && { gap: 'the log could be read again; lines may be late' }) };
  } catch (error) {
    if (!isTransient(error)) throw error;
    state.failures += 1;
    if (state.failures > 1) return { isLast: false };
    return { isLast: false, gap: error instanceof Error ? error.message : String(error) };
  }
}

async function readNewLines(
  stack: Stack,
  query: LogQuery,
  buffer: ReorderBuffer<LogEntry>,
): Promise<void> {
  const from = Math.max(query.since, buffer.nextReadFrom);
  for (const group of groupsFor(query.sources)) {
    const until = latestRecordTime(stack.target);
    for await (const page of readPages(stack, { group, query, from, until })) buffer.add(page);
  }
}

/** Returns the log groups that contain lines of the sources. All groups contain platform lines. */
function groupsFor(sources: readonly LogSource[]): LogGroup[] {
  const groups: readonly LogGroup[] = ['workflow', 'intake', 'status'];
  return groups.filter((group) => sources.includes(group) || sources.includes('platform'));
}

/** Yields the entries of all sources, each of which is sorted by time, sorted by time. */
async function* mergeByTime(
  sources: readonly AsyncGenerator<LogEntry[]>[],
): AsyncGenerator<LogEntry[]> {
  const readPage = async (source: AsyncGenerator<LogEntry[]>): Promise<LogEntry[]> => {
    const next = await source.next();
    return next.done ? [] : next.value;
  };
  const heads = await Promise.all(
    sources.map(async (source) => ({ source, page: await readPage(source) })),
  );
  for (;;) {
    const open = heads.filter(({ page }) => page.length > 0);
    if (open.length === 0) return;
    // No later page contains a line from before the earliest end of the current pages.
    const limit = Math.min(...open.map(({ page }) => page.at(-1)?.timestamp ?? 0));
    const ready: LogEntry[] = [];
    for (const head of open) {
      ready.push(...takeUntil(head.page, limit));
      if (head.page.length === 0) head.page = await readPage(head.source);
    }
    yield ready.sort((a, b) => a.timestamp - b.timestamp);
  }
}

/** Removes and returns the entries up to `limit` (ms since the epoch). */
function takeUntil(page: LogEntry[], limit: number): LogEntry[] {
  const count = page.findIndex(({ timestamp }) => timestamp > limit);
  return page.splice(0, count < 0 ? page.length : count);
}
