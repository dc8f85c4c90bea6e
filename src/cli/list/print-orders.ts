/** Prints the orders of `orders list` as text. */
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import type { ListEnd, ListQuery, OrderRow } from '../../orders/lookup/list.ts';
import { escapeControls } from '../command/json-output.ts';
import { dim, endOnBrokenPipe } from '../terminal/terminal.ts';
import { selectFields, sortRows } from './column-flags.ts';
import type { ListFlags } from './list.ts';
import { formatOrderCounts, formatOrders } from './order-rows.ts';

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

/** Writes rows: a table or a sorted list when all rows are known, everything else at once. */
class ListWriter {
  readonly #stream: NodeJS.WriteStream;
  readonly #flags: ListFlags;
  readonly #isTable: boolean;
  readonly #kept: OrderRow[] = [];
  readonly statuses: OrderStatus[] = [];
  #hasHeader: boolean;

  constructor(stream: NodeJS.WriteStream, flags: ListFlags) {
    const { output = 'table', header } = flags;
    this.#stream = stream;
    this.#flags = flags;
    // The width of a column depends on all rows.
    this.#isTable = output === 'table' || output === 'wide';
    this.#hasHeader = header ?? (output === 'csv' || stream.isTTY === true);
  }

  add(rows: readonly OrderRow[]): void {
    if (this.#isTable || this.#flags.sort) this.#kept.push(...rows);
    else this.#write(rows);
    for (const { status } of rows) this.statuses.push(status);
  }

  end(): void {
    const isMissingHeader = this.#flags.output === 'csv' && this.#hasHeader;
    if (this.#kept.length > 0) this.#write(sortRows(this.#kept, this.#flags.sort));
    else if (this.statuses.length === 0 && isMissingHeader) this.#write([]);
  }

  #write(rows: readonly OrderRow[]): void {
    const { output, columns: names } = this.#flags;
    if (output === 'jsonl') {
      for (const row of rows) {
        this.#stream.write(`${escapeControls(JSON.stringify(selectFields(row, names)))}\n`);
      }
      return;
    }
    const format = output === 'wide' || output === 'id' || output === 'csv' ? output : 'table';
    const header = this.#hasHeader;
    this.#hasHeader = false;
    const view = { format, header, names, stream: this.#stream, now: Date.now() } as const;
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
  if (['table', 'wide', undefined].includes(flags.output))
    print(formatOrderCounts(listed, query.since));
  if (cursor && flags.sort) print(`only these ${listed.length} are sorted; all of them: --all`);
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
