/** Repairs the mismatches of an order. */

import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import { findExecution, type ListedExecution, readExecution } from '../lookup/executions.ts';
import { readStackSettings, type StackSettings } from '../lookup/stack-settings.ts';
import { executionReadLimiter } from '../requests/rate-limiter.ts';
import type { AuditedOrder } from './audit-order.ts';
import { type Confirmed, confirmMismatches } from './confirm-mismatches.ts';
import { auditBalances } from './loyalty-balances.ts';
import type { Mismatch } from './mismatch.ts';
import {
  findUnmatchedPayments,
  noUnmatchedPayments,
  readSideEffects,
  withUnmatchedPayments,
} from './order-side-effects.ts';
import { readRow } from './read-rows.ts';
import { isRecovering } from './read-window.ts';
import { isRecoveryPending } from './recovery-window.ts';
import { type RepairAction, repairActionFor, runRepairAction } from './repair-actions.ts';

export interface ExaminedOrder {
  readonly orderId: string;
  readonly mismatches: readonly Mismatch[];
  /** The first action; the order is examined again after it. Absent if nothing can be repaired. */
  readonly action?: RepairAction;
}

export interface RepairResult {
  readonly orderId: string;
  readonly deeds: readonly RepairAction[];
  /** The repaired mismatches. */
  readonly mended: readonly Mismatch[];
  /** The remaining mismatches, which need a decision by a person. */
  readonly left: readonly Mismatch[];
}

/** Maximum actions for an order. One repair may reveal another: a rebuilt record is recovered, and then corrected. */
const maxRepairActions = 8;

/** Returns the mismatches of an order and the planned action. Throws a UserError if there is no such order (exit 5). */
export async function examineOrder(stack: Stack, orderId: string): Promise<ExaminedOrder> {
  const { order: _, ...examined } = await examine(stack, orderId);
  return examined;
}

/** Repairs an order until nothing is left that can be repaired. Repeating it changes nothing. */
export async function repairOrder(
  stack: Stack,
  { orderId, signal }: { readonly orderId: string; readonly signal: AbortSignal },
): Promise<RepairResult> {
  const deeds: RepairAction[] = [];
  const mended: Mismatch[] = [];
  for (;;) {
    const { mismatches, action, order } = await examine(stack, orderId);
    const isFinished = action === undefined || deeds.length === maxRepairActions || signal.aborted;
    if (isFinished) return { orderId, deeds, mended, left: mismatches };
    const kinds = new Set(mended.map(({ kind }) => kind));
    mended.push(...mismatches.filter(({ kind, mends }) => mends && !kinds.has(kind)));
    deeds.push(action);
    await runRepairAction(stack, action, { order, signal });
  }
}

async function examine(
  stack: Stack,
  orderId: string,
): Promise<ExaminedOrder & { readonly order: AuditedOrder }> {
  const [settings, record] = await Promise.all([
    readStackSettings(stack.target),
    readRow(stack, orderId),
  ]);
  const confirmed = await confirmOrder(stack, { orderId, record, settings });
  const balances = record ? (await auditBalances(stack, [record])).mismatches : [];
  const mismatches = confirmed.mismatches.length > 0 ? confirmed.mismatches : balances;
  const { order } = confirmed;
  if (mismatches.some(({ kind }) => kind === 'unfinished')) {
    const recovering = await isRecovering(stack);
    if (isRecoveryPending(order, { recovering, timeScale: stack.target.timeScale })) {
      throw recoveringError(orderId);
    }
  }
  const action = mismatches
    .map((mismatch) => repairActionFor(mismatch, order))
    .find((found) => found !== undefined);
  return { orderId, mismatches, order, ...(action ? { action } : {}) };
}

interface ConfirmOrderOptions {
  readonly orderId: string;
  readonly record: OrderRecord | undefined;
  readonly settings: StackSettings;
}

/** Reads the history and the side effects of an order, and lists its mismatches. */
async function confirmOrder(
  stack: Stack,
  { orderId, record, settings }: ConfirmOrderOptions,
): Promise<Pick<Confirmed, 'mismatches'> & { readonly order: AuditedOrder }> {
  const { retainedSince, keepsPayments } = settings;
  const arn = record?.executionArn ?? (await findExecution(stack, orderId));
  if (arn === undefined) throw orderNotFoundError(orderId);
  const sideEffects = record && (await readSideEffects(stack, [record])).get(orderId);
  const unmatched = keepsPayments ? await findUnmatchedPayments(stack) : noUnmatchedPayments;
  const order: AuditedOrder = {
    orderId,
    record,
    execution: await readListedExecution(stack, { orderId, arn }),
    sideEffects: sideEffects && withUnmatchedPayments(sideEffects, unmatched),
  };
  const scope = { payments: keepsPayments };
  const confirmed = await confirmMismatches(stack, { suspects: [order], retainedSince, scope });
  return { mismatches: confirmed.mismatches, order: confirmed.seen[0] ?? order };
}

/**
 * Reads an execution in the form of a list. An execution that Lambda no longer retains counts as running; the read of its
 * history then reports it as missing.
 */
async function readListedExecution(
  stack: Stack,
  { orderId, arn }: Pick<ListedExecution, 'orderId' | 'arn'>,
): Promise<ListedExecution> {
  await executionReadLimiter.acquire();
  const execution = await readExecution(stack.target, arn);
  const { status = 'RUNNING', endedAt } = execution ?? {};
  return { orderId, arn, status, ...(endedAt ? { endedAt: Date.parse(endedAt) } : {}) };
}

function recoveringError(orderId: string): UserError {
  return new UserError(`The recovery of ${orderId} is running or about to start.`, {
    hint: `orders watch ${orderId}`,
    exit: 6,
    code: 'Recovering',
  });
}

function orderNotFoundError(orderId: string): UserError {
  return new UserError(`${orderId} exists neither in the orders table nor as an execution.`, {
    hint: 'orders list',
    exit: 5,
    code: 'NotFound',
  });
}
