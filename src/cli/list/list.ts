/** What `orders list` was asked for, and how its answer is shown. */
import { isEnd, type OrderStatus, statuses } from '../../../functions/contract/workflow.ts';
import { type Cursor, parseCursor } from '../../orders/lookup/cursor.ts';
import type { ListEnd, ListQuery, OrderRow } from '../../orders/lookup/list.ts';
import { UserError } from '../../user-error.ts';
import { parseMoment } from '../terminal/format-time.ts';
import { dim, endOnBrokenPipe } from '../terminal/terminal.ts';
import { countOrders, formatOrders, type ListFormat } from './order-rows.ts';

/** Every status that an order is stored with. */
export const orderStatuses: readonly OrderStatus[] = [
  ...statuses.filter((each) => each !== 'completed'),
  'awaiting-review',
  'completed',
  'failed',
  'cancelled',
];

export interface ListFlags {
  readonly status?: readonly string[] | undefined;
  readonly running: boolean;
  readonly failed: boolean;
  readonly customer?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly limit: number;
  readonly all: boolean;
  readonly cursor?: string | undefined;
  readonly output?: Exclude<ListFormat, 'table'> | undefined;
  readonly header?: boolean | undefined;
  readonly json: boolean;
}

const defaultSince = '7d';
/** The clocks of the machine and of AWS may differ a little, ms. */
const skewMs = 300_000;

/** What the flags ask for. A cursor keeps to the window of the list that it is of. */
export function listQuery(flags: ListFlags, now = Date.now()): ListQuery {
  const after: Cursor | undefined =
    flags.cursor === undefined ? undefined : parseCursor(flags.cursor);
  const since = after?.since ?? parseMoment(flags.since ?? defaultSince, now);
  const until =
    flags.until === undefined
      ? new Date(now + skewMs).toISOString()
      : parseMoment(flags.until, now);
  if (until < since) {
    throw new UserError('--until is before --since: no order can be in between.', {
      hint: 'orders list --since 2h --until 1h',
    });
  }
  return {
    since,
    until,
    after,
    statuses: statusesOf(flags),
    customerId: flags.customer,
    limit: flags.all ? undefined : flags.limit,
    details: flags.output !== 'id',
  };
}

function statusesOf({ status = [], running, failed }: ListFlags): OrderStatus[] {
  const wanted = new Set<string>(status);
  if (failed) wanted.add('failed');
  const open = (each: OrderStatus) => running && !isEnd(each);
  return orderStatuses.filter((each) => wanted.has(each) || open(each));
}

/** Writes the orders to stdout, and to stderr how many they are and how to see more. */
export async function showOrders(
  batches: AsyncGenerator<readonly OrderRow[], ListEnd>,
  { query, flags, argv }: { query: ListQuery; flags: ListFlags; argv: readonly string[] },
): Promise<void> {
  const stream = process.stdout;
  const format: ListFormat = flags.output ?? 'table';
  const header = flags.header ?? (format === 'csv' || stream.isTTY === true);
  const write = (rows: readonly OrderRow[], first: boolean) => {
    const view = { format, header: header && first, stream, now: Date.now() };
    stream.write(formatOrders(rows, view));
  };
  let gone = false;
  endOnBrokenPipe(() => {
    gone = true;
  });
  const aligned = format === 'table' || format === 'wide';
  const held: OrderRow[] = [];
  const seen: OrderStatus[] = [];
  for (;;) {
    const next = await batches.next();
    if (gone) return;
    if (next.done) {
      if (held.length > 0) write(held, true);
      else if (seen.length === 0 && format === 'csv' && header) write([], true);
      return conclude(seen, next.value, { query, flags, argv });
    }
    // Columns are as wide as their widest text, so a table waits for its last row.
    if (aligned) held.push(...next.value);
    else write(next.value, seen.length === 0);
    for (const { status } of next.value) seen.push(status);
  }
}

function conclude(
  seen: readonly OrderStatus[],
  { cursor }: ListEnd,
  { query, flags, argv }: { query: ListQuery; flags: ListFlags; argv: readonly string[] },
): void {
  const tell = (text: string) => process.stderr.write(`${dim(text)}\n`);
  if (seen.length === 0) {
    process.stderr.write('No orders match.\n');
    const asked = flags.since !== undefined || flags.cursor !== undefined;
    if (!asked) tell('  Looked back seven days; further: orders list --since 30d');
    return;
  }
  if (flags.output === undefined || flags.output === 'wide') tell(countOrders(seen, query.since));
  if (cursor) tell(`more: ${nextCommand(argv, cursor)}`);
}

/** The command that goes on: the same one, from the cursor. */
export function nextCommand(argv: readonly string[], cursor: string): string {
  const kept = argv.filter(
    (each, index) => !/^--cursor(=|$)/.test(each) && argv[index - 1] !== '--cursor',
  );
  return ['orders', 'list', ...kept, '--cursor', cursor].map(quote).join(' ');
}

/** A word as a shell reads it back. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
