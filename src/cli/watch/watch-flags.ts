/** What `orders watch` was asked for. */
import {
  isEnd,
  type OrderStatus,
  type StageStatus,
  statuses,
} from '../../../functions/contract/workflow.ts';
import type { Selection } from '../../orders/watch/running-orders.ts';
import { UserError } from '../../user-error.ts';
import { orderStatuses } from '../list/list.ts';
import { parseMoment } from '../terminal/format-time.ts';

/** What an order on its way can have. */
export const runningStatuses: readonly OrderStatus[] = orderStatuses.filter((each) => !isEnd(each));

/** What `--until` can wait for. */
export const reachable: readonly StageStatus[] = statuses;

interface WatchFlags {
  readonly all: boolean;
  readonly status?: readonly string[] | undefined;
  readonly customer?: string | undefined;
  readonly since?: string | undefined;
  readonly detail: boolean;
}

/** Which of the running orders are asked for; `undefined` where orders are named instead. */
export function selectionOf(flags: WatchFlags, named: readonly string[]): Selection | undefined {
  const { all, status, customer, since } = flags;
  const selects = all || status !== undefined || customer !== undefined || since !== undefined;
  if (!selects) return undefined;
  if (named.length > 0) {
    throw new UserError('Orders are either named, or selected with --all and the like.', {
      hint: 'orders watch --all',
    });
  }
  return {
    statuses: status && orderStatuses.filter((each) => status.includes(each)),
    customerId: customer,
    since: since === undefined ? undefined : Date.parse(parseMoment(since)),
  };
}

/** The command that watches the same orders again; a moment is given as it was. */
export function watchAgain({ all, status, customer, since }: Omit<WatchFlags, 'detail'>): string {
  const parts = [
    ...(status ? [`--status ${status.join(',')}`] : []),
    ...(customer === undefined ? [] : [`--customer ${quoted(customer)}`]),
    ...(since === undefined ? [] : [`--since ${quoted(since)}`]),
  ];
  if (all && parts.length === 0) parts.push('--all');
  return ['orders watch', ...parts].join(' ');
}

/** A word of a shell's command. */
const quoted = (text: string) =>
  /^[\w.:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
