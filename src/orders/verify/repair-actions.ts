/** The actions of a repair: which mismatch each one repairs, and how. */

import { expectedSideEffects } from '../../../functions/contract/expected-side-effects.ts';
import { isTerminal } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import { readEffectiveCalls } from '../tables/provider-calls-table.ts';
import type { AuditedOrder } from './audit-order.ts';
import { loggedReservation, loggedUnits } from './audit-side-effects.ts';
import { invokeCorrection, invokeRecovery } from './invoke-recovery.ts';
import type { Mismatch } from './mismatch.ts';
import { rowFieldsFrom } from './rebuild-row.ts';
import { correctExecution, correctReservation, restoreRow, writeLostRow } from './write-rows.ts';

export type RepairAction = 'write-row' | 'restore-row' | 'correct-row' | 'recover' | 'settle';

/** Returns the action that repairs a mismatch; undefined if a person has to decide. */
export function repairActionFor(
  { kind, mends }: Mismatch,
  order: AuditedOrder,
): RepairAction | undefined {
  if (!mends) return undefined;
  switch (kind) {
    case 'lost-row':
      return 'write-row';
    case 'ahead':
    case 'behind':
    case 'wrong-end':
    case 'transitions':
      return 'restore-row';
    case 'lost-execution':
      return order.originalArn === undefined ? 'recover' : 'correct-row';
    case 'unfinished':
      return hasEndInHistory(order) ? 'restore-row' : 'recover';
    case 'leaked-reservation':
    case 'wrong-reservation':
      return isOnlyRowWrong(order) ? 'correct-row' : 'settle';
    default:
      return 'settle';
  }
}

/** Whether the execution ended the order, and only the record lacks that. */
function hasEndInHistory({ recorded, record }: AuditedOrder): boolean {
  const fields = recorded && rowFieldsFrom(recorded, record);
  return fields !== undefined && isTerminal(fields.status);
}

/** Whether the log of stock movements shows the expected state, so that no stock has to move. */
function isOnlyRowWrong({ record, sideEffects }: AuditedOrder): boolean {
  const logged = sideEffects && loggedReservation(sideEffects);
  if (logged === undefined || !record) return false;
  return expectedSideEffects(record)?.reservations.includes(logged) === true;
}

interface ActionContext {
  readonly order: AuditedOrder;
  readonly signal: AbortSignal;
}

/** Runs an action. Throws a UserError if the stack's recovery function fails (exit 7). */
export async function runRepairAction(
  stack: Stack,
  action: RepairAction,
  context: ActionContext,
): Promise<void> {
  await repairActions[action](stack, context);
}

const repairActions: Readonly<
  Record<RepairAction, (stack: Stack, context: ActionContext) => Promise<unknown>>
> = {
  'write-row': async (stack, { order: { orderId, execution } }) => {
    const calls = await readEffectiveCalls(stack, orderId);
    return writeLostRow(stack, { orderId, arn: execution?.arn ?? '', calls });
  },
  'restore-row': async (stack, { order: { record, recorded } }) => {
    const fields = recorded && rowFieldsFrom(recorded, record);
    if (record && fields) await restoreRow(stack, { seen: record, fields });
  },
  'correct-row': async (stack, { order: { record, sideEffects, originalArn } }) => {
    if (record && originalArn !== undefined) {
      await correctExecution(stack, { seen: record, executionArn: originalArn });
      return;
    }
    const reservation = sideEffects && loggedReservation(sideEffects);
    if (record && reservation) {
      const reservedFrom = loggedUnits(sideEffects);
      await correctReservation(stack, { seen: record, reservation, reservedFrom });
    }
  },
  recover: async (stack, { order: { orderId, record, execution }, signal }) => {
    const ended = execution?.status;
    const status = ended === 'TIMED_OUT' || ended === 'FAILED' ? ended : 'STOPPED';
    const arn = record?.executionArn ?? execution?.arn ?? '';
    await invokeRecovery(stack, { orderId, arn, status, signal });
  },
  settle: async (stack, { order: { orderId, sideEffects }, signal }) => {
    const payments = sideEffects?.payments.map(({ key }) => key) ?? [];
    await invokeCorrection(stack, { orderId, payments, signal });
  },
};
