/** How `orders cancel` chooses, asks and tells. */
import { isEnd, type OrderStatus } from '../../../functions/contract/workflow.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { type CancelResult, cancelOrder, untilEnded, waits } from '../../orders/actions/cancel.ts';
import { findOrders } from '../../orders/lookup/find.ts';
import { listOrders } from '../../orders/lookup/list.ts';
import { UserError } from '../../user-error.ts';
import { askYes } from '../command/confirm.ts';
import { exitOfLook, interruptible } from '../command/interrupt.ts';
import { describeError } from '../command/json-output.ts';
import { listQuery } from '../list/list.ts';
import { mark } from '../terminal/terminal.ts';

export interface CancelFlags {
  readonly reason?: string | undefined;
  readonly force: boolean;
  readonly status?: readonly string[] | undefined;
  readonly customer?: string | undefined;
  readonly since?: string | undefined;
  readonly yes: boolean;
  readonly 'no-input': boolean;
  readonly wait: boolean;
  readonly timeout?: number | undefined;
  readonly json: boolean;
}

/** What became of one order that was to be cancelled; `status` is where it was, or with `--wait` how it ended. */
export interface Cancelled {
  readonly orderId: string;
  readonly result: CancelResult['result'] | 'refused';
  readonly status?: OrderStatus;
  /** Why it was refused. */
  readonly message?: string;
}

interface Where {
  readonly target: Target;
  readonly outputs: StackOutputs;
}

/** The orders that are meant: those named, or all on their way that match the filter. */
export async function chooseOrders(
  { target, outputs }: Where,
  references: readonly string[],
  flags: CancelFlags,
): Promise<string[]> {
  const filtered = flags.status !== undefined || flags.customer !== undefined;
  if (references.length > 0 && filtered) {
    throw new UserError('Name orders, or say which by a filter; not both.', {});
  }
  if (references.length > 0) {
    return (await findOrders(target, outputs, references)).map(({ orderId }) => orderId);
  }
  if (!filtered) {
    throw new UserError('Which orders?', {
      hint: ['orders cancel latest', 'orders cancel --customer CUST-001'],
    });
  }
  const { status, customer, since, json } = flags;
  const running = status === undefined;
  const query = listQuery({
    status,
    customer,
    since,
    running,
    failed: false,
    limit: 1,
    all: true,
    output: 'id',
    json,
  });
  const ids: string[] = [];
  for await (const batch of listOrders(target, outputs, query)) {
    ids.push(...batch.map(({ orderId }) => orderId));
  }
  if (ids.length > 0) return ids;
  throw new UserError('No orders on their way match.', { exit: 5, code: 'NotFound' });
}

/** Shows which orders are meant and asks, unless it is one that was named, or `--yes` was given. */
export async function confirmCancel(
  ids: readonly string[],
  named: boolean,
  flags: CancelFlags,
): Promise<void> {
  if ((named && ids.length === 1) || flags.yes) return;
  const shown = ids.slice(0, 10).join(', ');
  const more = ids.length > 10 ? ` and ${ids.length - 10} more` : '';
  process.stderr.write(
    `${ids.length} ${ids.length === 1 ? 'order matches' : 'orders match'}: ${shown}${more}\n`,
  );
  await askYes(flags, {
    question: `Cancel ${ids.length === 1 ? 'it' : 'all of them'}?`,
    otherwise: `Cancelling ${ids.length} orders takes a yes.`,
    refused: 'Nothing was cancelled.',
  });
}

/** Cancels each order; one that is refused does not keep the others from it. */
export async function cancelAll(
  { target, outputs }: Where,
  ids: readonly string[],
  { reason, force }: CancelFlags,
): Promise<{ cancelled: Cancelled[]; refusal: unknown }> {
  const cancelled: Cancelled[] = [];
  let refusal: unknown;
  for (const orderId of ids) {
    try {
      cancelled.push(await cancelOrder(target, outputs, { orderId, reason, force }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refusal = error;
      cancelled.push({ orderId, result: 'refused', message: describeError(error).message });
    }
  }
  return { cancelled, refusal };
}

/** With `--wait`: how the orders ended. Sets the exit code: 6 for one that was not cancelled after all. */
export async function awaitCancelled(
  { target, outputs }: Where,
  cancelled: readonly Cancelled[],
  { timeout }: CancelFlags,
): Promise<Cancelled[]> {
  const { signal, release } = interruptible(timeout);
  const ids = cancelled.filter(({ result }) => result !== 'refused').map(({ orderId }) => orderId);
  try {
    const ended = await untilEnded(target, outputs, { ids, signal });
    const told = cancelled.map((each) => {
      const status = ended.get(each.orderId) ?? each.status;
      return status === undefined ? each : { ...each, status };
    });
    const open = told.some(
      ({ orderId, status = 'validated' }) => ids.includes(orderId) && !isEnd(status),
    );
    const kept = told.some(
      ({ orderId, status }) => ids.includes(orderId) && status !== 'cancelled',
    );
    process.exitCode = open ? exitOfLook(signal) : kept ? 6 : process.exitCode;
    return told;
  } finally {
    release();
  }
}

const sentences: Record<CancelResult['result'], (status: string) => string> = {
  requested: (status) =>
    waits.has(status)
      ? `is to be cancelled; it notices when its wait is over (${status})`
      : `is to be cancelled; it notices at its next stage (${status})`,
  stopped: (status) => `was stopped (${status}); recovery undoes what was done`,
};

/** One order's line. */
export function cancelledLine({
  orderId,
  result,
  status = 'validated',
  message,
}: Cancelled): string {
  if (result === 'refused') return `${mark('failed', process.stdout)} ${message}\n`;
  const end = isEnd(status) ? `is ${status}` : sentences[result](status);
  const good = status !== 'completed' && status !== 'failed';
  return `${mark(good ? 'done' : 'failed', process.stdout)} ${orderId} ${end}\n`;
}
