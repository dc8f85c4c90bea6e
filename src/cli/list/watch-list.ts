/** Shows `orders list --watch`: redrawn in place, as lines or as JSON records. */
import type { Stack } from '../../environment/stack.ts';
import type { Target } from '../../environment/target.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { ListQuery, OrderRow } from '../../orders/lookup/list.ts';
import type { GapEndEvent, GapEvent } from '../../orders/watch/events.ts';
import {
  type ListEvent,
  type ListSnapshotEvent,
  watchList,
} from '../../orders/watch/watch-list.ts';
import { UserError } from '../../user-error.ts';
import type { Size } from '../../views/draw.ts';
import { addEnvFlag } from '../command/hints.ts';
import { interruptExitCode, listenForInterrupt } from '../command/interrupt.ts';
import { formatRecord } from '../command/json-output.ts';
import { trustedStream } from '../terminal/output-guard.ts';
import { printable } from '../terminal/table.ts';
import { dim, endOnBrokenPipe, mark, printEnd, type Ui } from '../terminal/terminal.ts';
import { sortRows } from './column-flags.ts';
import { buildListQuery, type ListFlags } from './list.ts';
import { formatOrderCounts, formatOrders, formatRowFacts } from './order-rows.ts';

export interface WatchListFlags extends ListFlags {
  readonly timeout?: number | undefined;
}

/** The last record of the `--json` output. */
export interface ListWatchEnd {
  readonly type: 'end';
  readonly ts: string;
  /** Number of orders in the list at the end. */
  readonly orders: number;
  readonly exitCode: ExitCode;
}

/** A record of the `--json` output. */
export type ListWatchRecord = (
  | Exclude<ListEvent, ListSnapshotEvent | GapEvent | GapEndEvent>
  | Omit<GapEvent, 'orderId'>
  | Omit<GapEndEvent, 'orderId'>
  | ListWatchEnd
) & { readonly v: 1 };

interface Screen {
  readonly show: (event: ListEvent) => void;
  readonly close: (end: ListWatchEnd) => Promise<void>;
}

/** Shows the list until Ctrl-C or `--timeout`; sets the exit code. */
export async function showListWatch(stack: Stack, flags: WatchListFlags, ui: Ui): Promise<void> {
  const isLive = ui === 'live' && !flags.json;
  checkWatchFlags(flags, isLive);
  const { since } = buildListQuery(flags);
  const query = (): ListQuery => ({ ...buildListQuery(flags), since });
  const { signal, abort, release } = listenForInterrupt(flags.timeout);
  endOnBrokenPipe(abort);
  const { stdout: stream } = process;
  const screen = isLive
    ? await createLiveScreen(stack.target, { stream, since, flags })
    : createLineScreen(stream, { json: flags.json, quiet: ui === 'quiet' });
  let orders = 0;
  let exitCode: ExitCode = 0;
  try {
    for await (const event of watchList(stack, { query, signal })) {
      if (event.type === 'list') orders = event.rows.length;
      screen.show(event);
    }
    exitCode = interruptExitCode(signal);
    process.exitCode = exitCode;
  } finally {
    release();
    await screen.close({ type: 'end', ts: new Date().toISOString(), orders, exitCode });
  }
  if (isLive && exitCode !== 0) {
    const command = addEnvFlag(stack.target, 'orders list --watch');
    printEnd({ kind: 'done', text: 'Stopped watching', command });
  }
}

/** Throws a UserError if a watched list cannot be printed in this form. */
function checkWatchFlags({ output, columns, sort }: WatchListFlags, isLive: boolean): void {
  const hint = ['orders list --watch', 'orders list --watch --json'];
  if (output && !['table', 'wide', 'json', 'jsonl'].includes(output)) {
    throw new UserError(`--watch does not support -o ${output}.`, { hint });
  }
  if (!isLive && (columns || sort)) {
    const flag = columns ? '--columns' : '--sort';
    throw new UserError(
      `--watch supports ${flag} only on a terminal: without one it prints changes.`,
      {
        hint,
      },
    );
  }
}

/** Returns a screen that writes a line or a JSON record per event. */
function createLineScreen(
  stream: NodeJS.WriteStream,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
): Screen {
  const show = (event: ListEvent) => {
    if (event.type === 'list') return;
    if (json) stream.write(formatRecord(event));
    else if (!quiet) stream.write(`${formatPlainEvent(event)}\n`);
  };
  return {
    show,
    async close(end) {
      if (json) stream.write(formatRecord(end));
    },
  };
}

function formatPlainEvent(event: Exclude<ListEvent, { type: 'list' }>): string {
  switch (event.type) {
    case 'order':
      return `${event.ts} ${event.orderId} ${event.status} ${formatRowFacts(event)}`;
    case 'gone':
      return `${event.ts} ${event.orderId} gone`;
    case 'heartbeat':
      return `${event.ts} * heartbeat orders=${event.orders}`;
    case 'gap':
      return `${event.ts} * gap reason=${JSON.stringify(event.reason)}`;
    case 'gap-end':
      return `${event.ts} * gap-end lasted=${Math.round(event.lastedMs / 1000)}s`;
  }
}

interface LiveOptions {
  readonly stream: NodeJS.WriteStream;
  readonly since: string;
  readonly flags: WatchListFlags;
}

/** Stops the watch in the same way as Ctrl-C. */
const stop = () => process.kill(process.pid, 'SIGINT');

/** Number of lines around the rows: the titles, the hidden rows, the counts, the keys and a free line. */
const reservedLines = 5;

/** Returns a screen that redraws the list in place. Imports Ink only when it is called. */
async function createLiveScreen(
  target: Target,
  { stream: output, since, flags }: LiveOptions,
): Promise<Screen> {
  const stream = trustedStream(output);
  const { openLiveLines } = await import('../../views/live-lines.tsx');
  let rows: readonly OrderRow[] | undefined;
  let gapReason: string | undefined;
  const widths = new Map<string, number>();
  const format = flags.output === 'wide' ? 'wide' : 'table';
  const canReadKeys = process.stdin.isTTY;
  const keys = canReadKeys ? 'q' : 'ctrl-c';
  const formatLines = ({ columns, rows: height }: Partial<Size>): string[] => {
    if (!rows) return ['Loading…'];
    const maxRows = height === undefined ? rows.length : Math.max(1, height - reservedLines);
    const shown = sortRows(rows, flags.sort).slice(0, maxRows);
    const { columns: names } = flags;
    const view = { format, names, header: true, stream, columns, widths, now: Date.now() } as const;
    const table = formatOrders(shown, view).trimEnd();
    const hidden = rows.length - shown.length;
    return [
      ...(shown.length > 0 ? table.split('\n') : ['No orders match.']),
      ...(hidden > 0 ? [dim(`… ${hidden} more`, stream)] : []),
      dim(
        formatOrderCounts(
          rows.map(({ status }) => status),
          since,
        ),
        stream,
      ),
      ...(gapReason === undefined
        ? []
        : [`${mark('note', stream)} not visible right now: ${printable(gapReason)}`]),
      ...(height === undefined ? [] : [dim(`${target.label} · ${keys} stop watching`, stream)]),
    ];
  };
  const view = openLiveLines(formatLines, stream, canReadKeys ? stop : undefined);
  return {
    show: (event) => {
      if (event.type === 'list') rows = event.rows;
      if (event.type === 'gap') gapReason = event.reason;
      if (event.type === 'gap-end') gapReason = undefined;
    },
    close: view.close,
  };
}
