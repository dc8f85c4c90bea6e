/** What the simulated services share: they fail on trigger values, and log every call. */
import { createHash } from 'node:crypto';
import { findTrigger, findTriggeredScore } from '../../contract/triggers.ts';
import type { StepId, UndoId } from '../../contract/workflow.ts';
import { isConditionFailed } from '../../shared/dynamodb.ts';
import {
  logCall,
  recordEffect,
  recordEffectItem,
  requireEffectItem,
} from '../../shared/tables/provider-calls.ts';
import { transact } from '../../shared/transactions.ts';
import { OrderRejected, ProviderUnavailable } from '../failures.ts';
import type { Attempt, PlacedOrder } from '../ports.ts';

interface Call {
  readonly call: string;
  readonly attempt: Attempt;
}

/** Records a call of a provider that stores nothing else: the log entry is the side effect. A repeated call is only logged. */
export async function recordEffectOnce(orderId: string, call: Call): Promise<void> {
  try {
    await recordEffect({ orderId, ...call });
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    await logCall({ orderId, ...call });
  }
}

/**
 * The error that the order's trigger value asks for in this stage; undefined if the stage succeeds. Depends only on the
 * order and the number of the attempt.
 */
function simulatedFailure(
  stage: StepId,
  { order }: PlacedOrder,
  attempt: Attempt,
): Error | undefined {
  const behavior = findTrigger(stage, order)?.behavior;
  if (!behavior || behavior.kind === 'review') return undefined;
  if (behavior.kind === 'reject') return new OrderRejected(behavior.code, behavior.message);
  if (behavior.kind === 'transient' && attempt.number > behavior.times) return undefined;
  return new ProviderUnavailable(`The provider of ${stage} is not available (503)`);
}

/** Simulates the call of a stage at a provider that stores only its log. Throws the error of a trigger value. */
export async function simulateCall(
  stage: StepId,
  placed: PlacedOrder,
  attempt: Attempt,
): Promise<void> {
  await throwIfTriggered(stage, placed, { call: stage, attempt });
  await recordEffectOnce(placed.orderId, { call: stage, attempt });
}

/** Logs the failed call and throws the error, if the order contains a trigger value of this stage. */
export async function throwIfTriggered(
  stage: StepId,
  placed: PlacedOrder,
  call: Call,
): Promise<void> {
  const failure = simulatedFailure(stage, placed, call.attempt);
  if (!failure) return;
  await logCall({ orderId: placed.orderId, ...call });
  throw failure;
}

/** Reverses a stage at a provider that stores only its log; does nothing if the stage had no side effect. */
export async function simulateUndo(
  { orderId }: PlacedOrder,
  { stage, undo, attempt }: { stage: StepId; undo: UndoId; attempt: Attempt },
): Promise<void> {
  const call = { orderId, call: undo, attempt };
  const items = [requireEffectItem(orderId, stage), recordEffectItem(call)];
  const failed = await transact(items, attempt.key);
  if (failed !== undefined) await logCall(call);
}

/** The fraud score that a trigger value asks for, if the order contains one. */
export function triggeredFraudScore({ order }: PlacedOrder): number | undefined {
  return findTriggeredScore(order);
}

/** An id derived from a key: every attempt at a side effect gets the same id. */
export function idFor(prefix: string, key: string): string {
  return `${prefix}-${createHash('sha256').update(key).digest('hex').slice(0, 12).toUpperCase()}`;
}
