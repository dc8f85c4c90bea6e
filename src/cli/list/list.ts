/** Reads the flags of `orders list`. */
import type { Provider } from '../../../functions/contract/providers.ts';
import { isTerminal, type OrderStatus } from '../../../functions/contract/workflow.ts';
import { maxClockSkewMs } from '../../environment/latest-record.ts';
import { type Cursor, parseCursor } from '../../orders/lookup/cursor.ts';
import type { ListQuery } from '../../orders/lookup/list.ts';
import { UserError } from '../../user-error.ts';
import { parseTime } from '../terminal/format-time.ts';
import { type ListSort, selectPersonalFields } from './column-flags.ts';
import type { ColumnName } from './order-columns.ts';
import { orderStatuses } from './order-statuses.ts';

export const outputFormats = ['table', 'wide', 'id', 'csv', 'json', 'jsonl', 'yaml'] as const;
export type OutputFormat = (typeof outputFormats)[number];

export interface ListFlags {
  readonly status?: readonly string[] | undefined;
  readonly running: boolean;
  readonly failed: boolean;
  readonly paused?: boolean;
  readonly 'waiting-for'?: Provider | undefined;
  readonly customer?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly limit: number;
  readonly all: boolean;
  readonly cursor?: string | undefined;
  readonly output?: OutputFormat | undefined;
  readonly columns?: readonly ColumnName[] | undefined;
  readonly sort?: ListSort | undefined;
  readonly header?: boolean | undefined;
  readonly json: boolean;
}

const defaultSince = '7d';

/** Returns the query of the flags. With a cursor, the period is that of the list that the cursor continues. */
export function buildListQuery(flags: ListFlags, now = Date.now()): ListQuery {
  const after: Cursor | undefined =
    flags.cursor === undefined ? undefined : parseCursor(flags.cursor);
  const since = after?.since ?? parseTime(flags.since ?? defaultSince, now);
  const until = flags.until === undefined ? undefined : parseTime(flags.until, now);
  // A short while in the future is the clock of another machine.
  if (flags.since !== undefined && Date.parse(since) > now + maxClockSkewMs) {
    throw new UserError(`--since ${flags.since} is in the future.`, {
      hint: 'orders list --since 1h',
    });
  }
  if (until !== undefined && until < since) {
    throw new UserError('--until is before --since.', {
      hint: 'orders list --since 2h --until 1h',
    });
  }
  return {
    since,
    until,
    after,
    statuses: selectStatuses(flags),
    waitingFor: flags['waiting-for'],
    customerId: flags.customer,
    limit: flags.all ? undefined : flags.limit,
    details: flags.output !== 'id' || flags.sort !== undefined,
    personal: selectPersonalFields({ names: flags.columns, sort: flags.sort }),
  };
}

function selectStatuses({ status = [], running, failed, ...flags }: ListFlags): OrderStatus[] {
  const wanted = new Set<string>(status);
  // Only a running order waits for a provider.
  if (flags['waiting-for'] !== undefined) {
    return orderStatuses.filter(
      (name) => !isTerminal(name) && (wanted.size === 0 || wanted.has(name)),
    );
  }
  if (failed) wanted.add('failed');
  const isWanted = (name: OrderStatus) => wanted.has(name) || (running && !isTerminal(name));
  return orderStatuses.filter(isWanted);
}

/** Throws a UserError if flags about the output contradict each other. */
export function checkOutput({
  output,
  json,
  columns,
  verify,
}: Pick<ListFlags, 'output' | 'json' | 'columns'> & { readonly verify: boolean }): void {
  const refuse = (message: string, hint: string) => {
    throw new UserError(message, { hint });
  };
  if (json && output !== undefined && output !== 'json') {
    refuse(`--json and -o ${output} exclude each other.`, `orders list -o ${output}`);
  }
  if (columns && (output === 'id' || output === 'wide')) {
    refuse(`-o ${output} has fixed columns: leave out --columns.`, 'orders list --columns order');
  }
  if (verify && output !== undefined && !['table', 'id', 'json'].includes(output)) {
    refuse(`--verify does not support -o ${output}.`, 'orders list --verify --json');
  }
}
