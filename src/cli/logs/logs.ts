/** Reads the flags of `orders logs` and prints log lines. */
import type { Stack } from '../../environment/stack.ts';
import {
  type LogEntry,
  type LogLevel,
  type LogSource,
  logLevels,
} from '../../orders/logs/entry.ts';
import { createGrep } from '../../orders/logs/grep.ts';
import type { LogQuery } from '../../orders/logs/log-pages.ts';
import { followLogs, readLogs } from '../../orders/logs/read.ts';
import { findOrders } from '../../orders/lookup/find.ts';
import { findLogStart } from '../../orders/watch/with-logs.ts';
import { UserError } from '../../user-error.ts';
import { addEnvFlag } from '../command/hints.ts';
import { interruptExitCode, listenForInterrupt } from '../command/interrupt.ts';
import { parseTime } from '../terminal/format-time.ts';
import { endOnBrokenPipe, printEnd, type Ui } from '../terminal/terminal.ts';
import { type LogOutputFlags, LogWriter } from './log-writer.ts';

/** Levels in lower case, as `--level` accepts them. */
export const levelNames = logLevels.map((level) => level.toLowerCase() as Lowercase<LogLevel>);

export interface LogFlags extends LogOutputFlags {
  readonly step?: readonly string[] | undefined;
  readonly level?: Lowercase<LogLevel> | undefined;
  readonly grep?: string | undefined;
  readonly source: readonly LogSource[];
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly tail?: number | undefined;
  readonly follow: boolean;
  readonly linger: number;
  readonly timeout?: number | undefined;
}

const defaultSince = '1h';

/** Number of existing lines shown with `--follow` if no start is given. */
const followedTail = 20;

/** Checks the flags. Throws UserError with the name of the invalid flag. */
export function checkLogFlags(flags: LogFlags): void {
  if (flags.follow && flags.until !== undefined) {
    throw new UserError('--until and --follow cannot be used together.', {
      hint: 'orders logs --follow',
    });
  }
  createMatcher(flags);
  for (const time of [flags.since, flags.until]) if (time !== undefined) parseTime(time);
}

/** Writes log lines to stdout: the existing ones, or with `--follow` also new ones. */
export async function showLogs(
  stack: Stack,
  references: readonly string[],
  { flags, ui }: { flags: LogFlags; ui: Ui },
): Promise<void> {
  const orderIds = (await findOrders(stack, references)).map(({ orderId }) => orderId);
  const query: LogQuery = {
    since: await readLogStart(stack, orderIds, flags),
    until: flags.until === undefined ? undefined : Date.parse(parseTime(flags.until)),
    orderIds,
    sources: flags.source,
  };
  const writer = new LogWriter(flags, { ui, withOrder: orderIds.length !== 1 });
  if (flags.follow) await printFollowedLogs(stack, query, { flags, writer });
  else await printLogs(stack, query, { flags, writer });
}

/** Returns the start of the log (ms since the epoch): `--since`, or the submission of the earliest order. */
async function readLogStart(
  stack: Stack,
  orderIds: readonly string[],
  { since }: LogFlags,
): Promise<number> {
  if (since !== undefined) return Date.parse(parseTime(since));
  const fallback = Date.parse(parseTime(defaultSince));
  return findLogStart(stack, { orderIds, fallback });
}

interface LogOutput {
  readonly flags: LogFlags;
  readonly writer: LogWriter;
}

async function printLogs(stack: Stack, query: LogQuery, { flags, writer }: LogOutput) {
  let isReaderGone = false;
  endOnBrokenPipe(() => {
    isReaderGone = true;
  });
  const matches = createMatcher(flags);
  const tail: LogEntry[] = [];
  for await (const page of readLogs(stack, query)) {
    const entries = page.filter(matches);
    if (flags.tail === undefined) await writer.write(entries);
    else tail.splice(0, Math.max(0, tail.push(...entries) - flags.tail));
    if (isReaderGone) return;
  }
  await writer.write(tail);
  if (!isReaderGone) writer.end(0);
}

async function printFollowedLogs(stack: Stack, query: LogQuery, { flags, writer }: LogOutput) {
  const { signal, abort, release } = listenForInterrupt(flags.timeout);
  endOnBrokenPipe(abort);
  const matches = createMatcher(flags);
  const hasStart = flags.since !== undefined || query.orderIds.length > 0;
  const maxExisting = flags.tail ?? (hasStart ? undefined : followedTail);
  let first = true;
  try {
    for await (const items of followLogs(stack, {
      ...query,
      signal,
      lingerMs: flags.linger,
    })) {
      const entries = items.filter((item) => 'gap' in item || matches(item));
      const isLimited = first && maxExisting !== undefined;
      await writer.write(isLimited ? entries.slice(-maxExisting) : entries, signal);
      if (entries.length > 0) first = false;
    }
  } finally {
    release();
  }
  if (signal.reason === 'EPIPE') return;
  const exitCode = interruptExitCode(signal);
  process.exitCode = exitCode;
  writer.end(exitCode);
  if (exitCode === 0 || flags.json) return;
  const isTimeout = exitCode === 124;
  const text = `Stopped following${isTimeout ? ': --timeout reached' : ''}`;
  const command = ['orders logs', ...query.orderIds, '--follow'].join(' ');
  const kind = isTimeout ? 'failed' : 'done';
  printEnd({ kind, text, command: addEnvFlag(stack.target, command) });
}

/**
 * Returns a function that reports whether an entry matches `--step`, `--level` and `--grep`. Lines that only report metrics are for
 * programs: they match with `--json` and `--raw` only.
 */
function createMatcher({ step, level, grep, json, raw }: LogFlags): (entry: LogEntry) => boolean {
  const steps = step?.length ? new Set(step) : undefined;
  const lowest = level === undefined ? 0 : levelNames.indexOf(level);
  const matchesPattern = grep === undefined ? undefined : createGrep(grep);
  return (entry) =>
    (!entry.isMetrics || json || raw) &&
    (!steps || steps.has(entry.step ?? '')) &&
    logLevels.indexOf(entry.level) >= lowest &&
    (!matchesPattern || matchesPattern(entry.message));
}
