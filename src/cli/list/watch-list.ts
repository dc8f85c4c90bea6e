/** How `orders list --watch` shows a list that changes: redrawn in place, as lines, or as records. */

import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { ListQuery, OrderRow } from '../../orders/lookup/list.ts';
import type { GapEndEvent, GapEvent } from '../../orders/watch/events.ts';
import { type ListEvent, type ListSeenEvent, watchList } from '../../orders/watch/watch-list.ts';
import { UserError } from '../../user-error.ts';
import type { Size } from '../../views/draw.ts';
import { exitOfLook, interruptible } from '../command/interrupt.ts';
import { line } from '../command/json-output.ts';
import { dim, endOnBrokenPipe, mark, type Ui } from '../terminal/terminal.ts';
import { type ListFlags, listQuery } from './list.ts';
import { countOrders, formatOrders, rowFacts } from './order-rows.ts';

export interface WatchListFlags extends ListFlags {
  readonly timeout?: number | undefined;
}

/** The last record of `--json`. */
export interface ListWatchEnd {
  readonly type: 'end';
  readonly ts: string;
  /** In the list at the end. */
  readonly orders: number;
  readonly exitCode: ExitCode;
}

/** A line of `--json`. */
export type ListWatchRecord = (
  | Exclude<ListEvent, ListSeenEvent | GapEvent | GapEndEvent>
  | Omit<GapEvent, 'orderId'>
  | Omit<GapEndEvent, 'orderId'>
  | ListWatchEnd
) & { readonly v: 1 };

interface Screen {
  readonly show: (event: ListEvent) => void;
  readonly close: (end: ListWatchEnd) => Promise<void>;
}

interface Where {
  readonly target: Target;
  readonly outputs: StackOutputs;
  readonly ui: Ui;
}

/** Shows the list until Ctrl-C or `--timeout`; sets the exit code. */
export async function showWatchedList(
  { target, outputs, ui }: Where,
  flags: WatchListFlags,
): Promise<void> {
  if (flags.output === 'id' || flags.output === 'csv') {
    throw new UserError(`--watch has no -o ${flags.output}.`, {
      hint: ['orders list --watch', 'orders list --watch --json'],
    });
  }
  const { since } = listQuery(flags);
  const query = (): ListQuery => ({ ...listQuery(flags), since });
  const { signal, abort, release } = interruptible(flags.timeout);
  endOnBrokenPipe(abort);
  const { stdout: stream } = process;
  const screen =
    ui === 'live' && !flags.json
      ? await liveScreen(target, { stream, since, wide: flags.output === 'wide' })
      : lineScreen(stream, { json: flags.json, quiet: ui === 'quiet' });
  let orders = 0;
  let exitCode: ExitCode = 0;
  try {
    for await (const event of watchList(target, outputs, { query, signal })) {
      if (event.type === 'list') orders = event.rows.length;
      screen.show(event);
    }
    exitCode = exitOfLook(signal);
    process.exitCode = exitCode;
  } finally {
    release();
    await screen.close({ type: 'end', ts: new Date().toISOString(), orders, exitCode });
  }
}

/** A fact a line, or a record a line. */
function lineScreen(
  stream: NodeJS.WriteStream,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
): Screen {
  const show = (event: ListEvent) => {
    if (event.type === 'list') return;
    if (json) stream.write(line(event));
    else if (!quiet) stream.write(`${plain(event)}\n`);
  };
  return {
    show,
    async close(end) {
      if (json) stream.write(line(end));
    },
  };
}

function plain(event: Exclude<ListEvent, { type: 'list' }>): string {
  switch (event.type) {
    case 'order':
      return `${event.ts} ${event.orderId} ${event.status} ${rowFacts(event)}`;
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
  readonly wide: boolean;
}

/** Lines around the table: its title, what is hidden, counts, and how to stop. */
const around = 5;

/** Redrawn in place; Ink is loaded only here. */
async function liveScreen(target: Target, { stream, since, wide }: LiveOptions): Promise<Screen> {
  const { openLiveLines } = await import('../../views/live-lines.tsx');
  let rows: readonly OrderRow[] | undefined;
  let trouble: string | undefined;
  const linesOf = ({ columns, rows: height }: Partial<Size>): string[] => {
    if (!rows) return ['looking…'];
    const room = height === undefined ? rows.length : Math.max(1, height - around);
    const shown = rows.slice(0, room);
    const format = wide ? 'wide' : 'table';
    const view = { format, header: true, stream, columns, now: Date.now() } as const;
    const table = formatOrders(shown, view).trimEnd();
    const hidden = rows.length - shown.length;
    return [
      ...(shown.length > 0 ? table.split('\n') : ['No orders match.']),
      ...(hidden > 0 ? [dim(`… ${hidden} more`, stream)] : []),
      dim(
        countOrders(
          rows.map(({ status }) => status),
          since,
        ),
        stream,
      ),
      ...(trouble === undefined ? [] : [`${mark('note', stream)} not visible now: ${trouble}`]),
      ...(height === undefined ? [] : [dim(`${target.label} · ctrl-c stops looking`, stream)]),
    ];
  };
  const view = openLiveLines(linesOf, stream);
  return {
    show: (event) => {
      if (event.type === 'list') rows = event.rows;
      if (event.type === 'gap') trouble = event.reason;
      if (event.type === 'gap-end') trouble = undefined;
    },
    close: view.close,
  };
}
