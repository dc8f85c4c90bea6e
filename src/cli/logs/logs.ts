/** What `orders logs` was asked for, and how its answer is shown. */

import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import {
  type LogEntry,
  type LogLevel,
  type LogSource,
  logLevels,
} from '../../orders/logs/entry.ts';
import { followLogs, type LogQuery, readLogs } from '../../orders/logs/read.ts';
import { findOrders } from '../../orders/lookup/find.ts';
import { logStart } from '../../orders/watch/with-logs.ts';
import { UserError } from '../../user-error.ts';
import { hintFor } from '../command/hints.ts';
import { exitOfLook, interruptible } from '../command/interrupt.ts';
import { parseMoment } from '../terminal/format-time.ts';
import { dim, endOnBrokenPipe, type Ui } from '../terminal/terminal.ts';
import { type LogForm, LogWriter } from './log-writer.ts';

/** As they are asked for: `warn`. */
export const levelNames = logLevels.map((each) => each.toLowerCase() as Lowercase<LogLevel>);
export interface LogFlags extends LogForm {
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
/** Of a log that is followed without saying from when, so much is shown of before. */
const followedTail = 20;
interface Where {
  readonly target: Target;
  readonly outputs: StackOutputs;
}

/** Checks what was asked for; throws a UserError that names the flag. */
export function checkLogFlags(flags: LogFlags): void {
  if (flags.follow && flags.until !== undefined) {
    throw new UserError('--until ends a log and --follow does not.', { hint: 'give one of them' });
  }
  matcher(flags);
  for (const moment of [flags.since, flags.until]) if (moment !== undefined) parseMoment(moment);
}

/** Reads or follows the log and writes it to stdout. */
export async function showLogs(
  where: Where,
  references: readonly string[],
  { flags, ui }: { flags: LogFlags; ui: Ui },
): Promise<void> {
  const orderIds = (await findOrders(where.target, where.outputs, references)).map(
    ({ orderId }) => orderId,
  );
  const query: LogQuery = {
    since: await beginning(where, orderIds, flags),
    until: flags.until === undefined ? undefined : Date.parse(parseMoment(flags.until)),
    orderIds,
    sources: flags.source,
  };
  const writer = new LogWriter(flags, { ui, withOrder: orderIds.length !== 1 });
  if (flags.follow) await follow(where, query, { flags, writer });
  else await read(where, query, { flags, writer });
}

/** An order's log begins with the order. */
async function beginning(
  { target, outputs }: Where,
  orderIds: readonly string[],
  { since }: LogFlags,
): Promise<number> {
  if (since !== undefined) return Date.parse(parseMoment(since));
  const fallback = Date.parse(parseMoment(defaultSince));
  return logStart(target, outputs, { orderIds, fallback });
}

interface Showing {
  readonly flags: LogFlags;
  readonly writer: LogWriter;
}

async function read({ target, outputs }: Where, query: LogQuery, { flags, writer }: Showing) {
  let gone = false;
  endOnBrokenPipe(() => {
    gone = true;
  });
  const wanted = matcher(flags);
  const tail: LogEntry[] = [];
  for await (const page of readLogs(target, outputs, query)) {
    const entries = page.filter(wanted);
    if (flags.tail === undefined) await writer.write(entries);
    else tail.splice(0, Math.max(0, tail.push(...entries) - flags.tail));
    if (gone) return;
  }
  await writer.write(tail);
  if (!gone) writer.end(0);
}

async function follow({ target, outputs }: Where, query: LogQuery, { flags, writer }: Showing) {
  const { signal, abort, release } = interruptible(flags.timeout);
  endOnBrokenPipe(abort);
  const wanted = matcher(flags);
  const some =
    flags.tail ??
    (flags.since === undefined && query.orderIds.length === 0 ? followedTail : undefined);
  let first = true;
  try {
    for await (const items of followLogs(target, outputs, {
      ...query,
      signal,
      lingerMs: flags.linger,
    })) {
      const entries = items.filter((item) => 'gap' in item || wanted(item));
      await writer.write(first && some !== undefined ? entries.slice(-some) : entries, signal);
      if (entries.length > 0) first = false;
    }
  } finally {
    release();
  }
  if (signal.reason === 'EPIPE') return;
  const exitCode = exitOfLook(signal);
  process.exitCode = exitCode;
  writer.end(exitCode);
  if (exitCode === 0 || flags.json) return;
  const again = ['orders logs', ...query.orderIds, '--follow'].join(' ');
  process.stderr.write(
    `${exitCode === 124 ? '--timeout is reached' : 'Stopped following'}\n  ${dim(hintFor(target, again))}\n`,
  );
}

function matcher({ step, level, grep }: LogFlags): (entry: LogEntry) => boolean {
  const steps = step?.length ? new Set(step) : undefined;
  const lowest = level === undefined ? 0 : levelNames.indexOf(level);
  const pattern = grep === undefined ? undefined : regExp(grep);
  return (entry) =>
    (!steps || steps.has(entry.step ?? '')) &&
    logLevels.indexOf(entry.level) >= lowest &&
    (!pattern || pattern.test(entry.message));
}

function regExp(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`--grep is not a regular expression: ${why}`, { code: 'BadPattern' });
  }
}
