/** Compares everything that was read about an order. Pure. */
import { type AuditScope, auditSideEffects } from './audit-side-effects.ts';
import {
  auditStatus,
  needsHistory,
  type OrderAndExecution,
  type RetentionOptions,
} from './audit-status.ts';
import type { Mismatch } from './mismatch.ts';
import type { OrderSideEffects } from './order-side-effects.ts';

/** An order with its execution and side effects. */
export interface AuditedOrder extends OrderAndExecution {
  /** Absent without a record. */
  readonly sideEffects?: OrderSideEffects | undefined;
}

export interface AuditOptions extends RetentionOptions {
  readonly scope: AuditScope;
}

/** Lists the mismatches of an order. The side effects are compared only if the record itself is correct. */
export function auditOrder(
  order: AuditedOrder,
  { retainedSince, scope }: AuditOptions,
): Mismatch[] {
  const mismatches = auditStatus(order, { retainedSince });
  if (mismatches.length > 0 || !order.sideEffects) return mismatches;
  return auditSideEffects(order.sideEffects, scope);
}

/** Whether an order has a mismatch, or may have a mismatch that only its history shows. */
export function isSuspect(order: AuditedOrder, options: AuditOptions): boolean {
  return (
    auditOrder(order, options).length > 0 || needsHistory(order, order.sideEffects?.calls ?? [])
  );
}

/** Whether the history of the execution is needed to name the mismatch. */
export function needsFullHistory(
  order: AuditedOrder,
  { retainedSince, scope }: AuditOptions,
): boolean {
  const { sideEffects } = order;
  if (needsHistory(order, sideEffects?.calls ?? [])) return true;
  const mismatches = auditStatus(order, { retainedSince });
  if (mismatches.length > 0) {
    return mismatches.some(({ kind }) => kind === 'lost-execution' || kind === 'transitions');
  }
  // Several wrong side effects suggest that the status in the record is wrong instead.
  return sideEffects !== undefined && auditSideEffects(sideEffects, scope).length > 1;
}
