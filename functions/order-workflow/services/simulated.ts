/** What the simulated services share: they fail on trigger values, and log every call. */
import { createHash } from 'node:crypto';
import { findProvider } from '../../contract/providers.ts';
import { findTrigger, findTriggeredScore } from '../../contract/triggers.ts';
import type { StepId, UndoId } from '../../contract/workflow.ts';
import { isConditionFailed } from '../../shared/dynamodb.ts';
import { readOrder } from '../../shared/tables/orders.ts';
import { hasOutage } from '../../shared/tables/outages.ts';
import {
  logCall,
  recordEffect,
  recordEffectItem,
  requireEffectItem,
} from '../../shared/tables/provider-calls.ts';
import { transact } from '../../shared/transactions.ts';
import { OrderRejected, ProviderFailed, ProviderUnavailable } from '../failures.ts';
import type { Attempt, PlacedOrder, StageAttempt } from '../ports.ts';

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
  if (behavior.kind === 'error') {
    return new ProviderFailed(`The provider of ${stage} cannot process this order (500)`);
  }
  if (attempt.number > behavior.times) return undefined;
  return new ProviderUnavailable(`The provider of ${stage} is not available (503)`);
}

/** The error of a stage whose provider has an outage; undefined if it has none. */
async function findOutage(stage: StepId): Promise<Error | undefined> {
  const provider = findProvider(stage);
  if (!provider || !(await hasOutage(provider))) return undefined;
  return new ProviderUnavailable(`The provider of ${provider} is not available (503)`);
}

/**
 * Simulates the call of a stage at a provider that stores only its log. Its entry is written with the status of the stage, so that
 * the two cannot contradict each other. Throws the error of a trigger value.
 */
export async function simulateCall(
  stage: StepId,
  placed: PlacedOrder,
  attempt: StageAttempt,
): Promise<void> {
  await throwIfTriggered(stage, placed, { call: stage, attempt });
  attempt.record.calls.push(stage);
}

/**
 * Logs the failed call and throws the error, if the order contains a trigger value of this stage or a person has started an
 * outage of its provider.
 */
export async function throwIfTriggered(
  stage: StepId,
  placed: PlacedOrder,
  call: Call,
): Promise<void> {
  const failure = simulatedFailure(stage, placed, call.attempt) ?? (await findOutage(stage));
  if (!failure) return;
  await logCall({ orderId: placed.orderId, ...call });
  throw failure;
}

/** Reverses a stage at a provider that stores only its log; does nothing if the stage had no side effect. */
export async function simulateUndo(
  { orderId }: PlacedOrder,
  { stage, undo, attempt }: { stage: StepId; undo: UndoId; attempt: Attempt },
): Promise<void> {
  const call = { call: undo, attempt };
  const order = await readOrder(orderId);
  if (order?.calls?.includes(stage)) {
    await recordEffectOnce(orderId, call);
    return;
  }
  // Earlier versions of the workflow recorded the call of a stage outside the order's item.
  const items = [requireEffectItem(orderId, stage), recordEffectItem({ orderId, ...call })];
  const failed = await transact(items, attempt.key);
  if (failed !== undefined) await logCall({ orderId, ...call });
}

/** The fraud score that a trigger value asks for, if the order contains one. */
export function triggeredFraudScore({ order }: PlacedOrder): number | undefined {
  return findTriggeredScore(order);
}

/** An id derived from a key: every attempt at a side effect gets the same id. */
export function idFor(prefix: string, key: string): string {
  return `${prefix}-${createHash('sha256').update(key).digest('hex').slice(0, 12).toUpperCase()}`;
}
