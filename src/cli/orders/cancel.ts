/** Selection, confirmation and output of `orders cancel`. */

import { isTerminal, type OrderStatus } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import {
  type CancelResult,
  cancelOrder,
  waitingStatuses,
  waitUntilEnded,
} from '../../orders/actions/cancel.ts';
import { findOrders } from '../../orders/lookup/find.ts';
import { listOrders } from '../../orders/lookup/list.ts';
import { UserError } from '../../user-error.ts';
import { confirmYes } from '../command/confirm.ts';
import { interruptExitCode, listenForInterrupt } from '../command/interrupt.ts';
import { describeError } from '../command/json-output.ts';
import { buildListQuery } from '../list/list.ts';
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

/** Result for one order. `status` is the status at the request, or with `--wait` the terminal status. */
export interface CancelOutcome {
  readonly orderId: string;
  readonly result: CancelResult['result'] | 'refused';
  readonly status?: OrderStatus;
  /** Reason of a refusal. */
  readonly message?: string;
}

/** Returns the ids of the named orders, or of the running orders that match the filter. Throws UserError if there are none. */
export async function selectOrders(
  stack: Stack,
  references: readonly string[],
  flags: CancelFlags,
): Promise<string[]> {
  const filtered = flags.status !== undefined || flags.customer !== undefined;
  if (references.length > 0 && filtered) {
    throw new UserError('Order ids and filters cannot be combined.', {
      hint: 'orders cancel --customer CUST-001',
    });
  }
  if (references.length > 0) {
    return (await findOrders(stack, references)).map(({ orderId }) => orderId);
  }
  if (!filtered) {
    throw new UserError('No orders selected.', {
      hint: ['orders cancel latest', 'orders cancel --customer CUST-001'],
    });
  }
  const { status, customer, since, json } = flags;
  const running = status === undefined;
  const query = buildListQuery({
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
  for await (const batch of listOrders(stack, query)) {
    ids.push(...batch.map(({ orderId }) => orderId));
  }
  if (ids.length > 0) return ids;
  throw new UserError('No running orders match.', { exit: 5, code: 'NotFound' });
}

/** Prints the selected orders and asks for confirmation, except for one named order or with `--yes`. */
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
  await confirmYes(flags, {
    question: `Cancel ${ids.length === 1 ? 'it' : 'all of them'}?`,
    nonInteractiveMessage: `Cancelling ${ids.length} orders requires confirmation.`,
    refusedMessage: 'Nothing was cancelled.',
  });
}

/** Cancels the orders. If one is refused, the others are still cancelled. Returns the last refusal as well. */
export async function cancelAll(
  stack: Stack,
  ids: readonly string[],
  { reason, force }: CancelFlags,
): Promise<{ cancelled: CancelOutcome[]; refusal: unknown }> {
  const cancelled: CancelOutcome[] = [];
  let refusal: unknown;
  for (const orderId of ids) {
    try {
      cancelled.push(await cancelOrder(stack, { orderId, reason, force }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refusal = error;
      cancelled.push({ orderId, result: 'refused', message: describeError(error).message });
    }
  }
  return { cancelled, refusal };
}

/** Waits until the orders have ended and returns their terminal statuses. Sets exit code 6 if one did not end as cancelled. */
export async function waitForCancelled(
  stack: Stack,
  cancelled: readonly CancelOutcome[],
  { timeout }: CancelFlags,
): Promise<CancelOutcome[]> {
  const { signal, release } = listenForInterrupt(timeout);
  const ids = cancelled.filter(({ result }) => result !== 'refused').map(({ orderId }) => orderId);
  try {
    const ended = await waitUntilEnded(stack, { ids, signal });
    const outcomes = cancelled.map((outcome) => {
      const status = ended.get(outcome.orderId) ?? outcome.status;
      return status === undefined ? outcome : { ...outcome, status };
    });
    const isRunning = outcomes.some(
      ({ orderId, status = 'validated' }) => ids.includes(orderId) && !isTerminal(status),
    );
    const hasOtherEnd = outcomes.some(
      ({ orderId, status }) => ids.includes(orderId) && status !== 'cancelled',
    );
    if (isRunning) process.exitCode = interruptExitCode(signal);
    else if (hasOtherEnd) process.exitCode = 6;
    return outcomes;
  } finally {
    release();
  }
}

const requestTexts: Record<CancelResult['result'], (status: string) => string> = {
  requested: (status) =>
    waitingStatuses.has(status)
      ? `cancellation requested; takes effect when the current wait ends (${status})`
      : `cancellation requested; takes effect at the next stage (${status})`,
  stopped: (status) => `stopped (${status}); recovery undoes its completed steps`,
};

/** Returns what a cancellation does to its order, for example `stopped (validated); …`. */
export const cancellationText = ({ result, status }: Pick<CancelResult, 'result' | 'status'>) =>
  requestTexts[result](status);

/** Returns the result for one order as one line. */
export function formatCancelled({
  orderId,
  result,
  status = 'validated',
  message,
}: CancelOutcome): string {
  if (result === 'refused') return `${mark('failed', process.stdout)} ${message}\n`;
  const end = isTerminal(status) ? `is ${status}` : cancellationText({ result, status });
  const good = status !== 'completed' && status !== 'failed';
  return `${mark(good ? 'done' : 'failed', process.stdout)} ${orderId} ${end}\n`;
}
