/** Reads the flags of `orders list` and prints the orders as text. */
import { isTerminal, type OrderStatus, statuses } from '../../../functions/contract/workflow.ts';
import { type Cursor, parseCursor } from '../../orders/lookup/cursor.ts';
import type { ListEnd, ListQuery, OrderRow } from '../../orders/lookup/list.ts';
import { UserError } from '../../user-error.ts';
import { parseTime } from '../terminal/format-time.ts';
import { dim, endOnBrokenPipe } from '../terminal/terminal.ts';
import { formatOrderCounts, formatOrders, type ListFormat } from './order-rows.ts';

/** All statuses of order items, in the order of the workflow. */
export const orderStatuses: readonly OrderStatus[] = [
  ...statuses.filter((status) => status !== 'completed'),
  'awaiting-review',
  'completed',
  'failed',
  'cancelled',
];

export interface ListFlags {
  readonly status?: readonly string[] | undefined;
  readonly running: boolean;
  readonly failed: boolean;
  readonly paused?: boolean;
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
/** Allowed difference between the clocks of this machine and of AWS (ms). */
const maxClockSkewMs = 300_000;

/** Returns the query of the flags. With a cursor, the period is that of the list that the cursor continues. */
export function buildListQuery(flags: ListFlags, now = Date.now()): ListQuery {
  const after: Cursor | undefined =
    flags.cursor === undefined ? undefined : parseCursor(flags.cursor);
  const since = after?.since ?? parseTime(flags.since ?? defaultSince, now);
  const until =
    flags.until === undefined
      ? new Date(now + maxClockSkewMs).toISOString()
      : parseTime(flags.until, now);
  if (flags.until === undefined && until < since) {
    throw new UserError(`--since ${flags.since} is in the future.`, {
      hint: 'orders list --since 1h',
    });
  }
  if (until < since) {
    throw new UserError('--until is before --since.', {
      hint: 'orders list --since 2h --until 1h',
    });
  }
  return {
    since,
    until,
    after,
    statuses: selectStatuses(flags),
    customerId: flags.customer,
    limit: flags.all ? undefined : flags.limit,
    details: flags.output !== 'id',
  };
}

function selectStatuses({ status = [], running, failed }: ListFlags): OrderStatus[] {
  const wanted = new Set<string>(status);
  if (failed) wanted.add('failed');
  const isWanted = (name: OrderStatus) => wanted.has(name) || (running && !isTerminal(name));
  return orderStatuses.filter(isWanted);
}

export interface PrintOptions {
  readonly query: ListQuery;
  readonly flags: ListFlags;
  /** Arguments of the command, which the command for the next page repeats. */
  readonly argv: readonly string[];
}

/** Writes the orders to stdout, and their number and the command for more orders to stderr. */
export async function printOrders(
  batches: AsyncGenerator<readonly OrderRow[], ListEnd>,
  options: PrintOptions,
): Promise<void> {
  let isReaderGone = false;
  endOnBrokenPipe(() => {
    isReaderGone = true;
  });
  const writer = new ListWriter(process.stdout, options.flags);
  for (;;) {
    const next = await batches.next();
    if (isReaderGone) return;
    if (next.done) {
      writer.end();
      return printListEnd(writer.statuses, next.value, options);
    }
    writer.add(next.value);
  }
}

/** Writes rows: a table when all rows are known, ids and CSV at once. */
class ListWriter {
  readonly #stream: NodeJS.WriteStream;
  readonly #format: ListFormat;
  readonly #hasHeader: boolean;
  readonly #tableRows: OrderRow[] = [];
  readonly statuses: OrderStatus[] = [];

  constructor(stream: NodeJS.WriteStream, { output, header }: ListFlags) {
    this.#stream = stream;
    this.#format = output ?? 'table';
    this.#hasHeader = header ?? (output === 'csv' || stream.isTTY === true);
  }

  add(rows: readonly OrderRow[]): void {
    // The width of a column depends on all rows.
    if (this.#format === 'table' || this.#format === 'wide') this.#tableRows.push(...rows);
    else this.#write(rows, this.statuses.length === 0);
    for (const { status } of rows) this.statuses.push(status);
  }

  end(): void {
    if (this.#tableRows.length > 0) this.#write(this.#tableRows, true);
    else if (this.statuses.length === 0 && this.#format === 'csv' && this.#hasHeader)
      this.#write([], true);
  }

  #write(rows: readonly OrderRow[], isFirst: boolean): void {
    const header = this.#hasHeader && isFirst;
    const view = { format: this.#format, header, stream: this.#stream, now: Date.now() };
    this.#stream.write(formatOrders(rows, view));
  }
}

function printListEnd(
  listed: readonly OrderStatus[],
  { cursor }: ListEnd,
  { query, flags, argv }: PrintOptions,
): void {
  const print = (text: string) => process.stderr.write(`${dim(text)}\n`);
  if (listed.length === 0) {
    process.stderr.write('No orders match.\n');
    const isDefaultPeriod =
      flags.since === undefined && flags.cursor === undefined && !flags.paused;
    if (isDefaultPeriod)
      print('  Searched the last 7 days. Search further: orders list --since 30d');
    return;
  }
  if (flags.output === undefined || flags.output === 'wide')
    print(formatOrderCounts(listed, query.since));
  if (cursor) print(`more: ${formatNextCommand(argv, cursor)}`);
}

/** Returns the command for the next page: the same command with the cursor. */
export function formatNextCommand(argv: readonly string[], cursor: string): string {
  const kept = argv.filter(
    (argument, index) => !/^--cursor(=|$)/.test(argument) && argv[index - 1] !== '--cursor',
  );
  return ['orders', 'list', ...kept, '--cursor', cursor].map(quote).join(' ');
}

/** Quotes a word for the shell if necessary. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
