import { createHash, randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Trigger, triggers } from '../contract/triggers.ts';
import type { StepId } from '../contract/workflow.ts';
import { documents, tableName } from '../shared/tables.ts';
import type { Attempt, PlacedOrder } from './ports.ts';
import { OrderRejected } from './rejection.ts';

/** One call that a simulated provider received. The log is append-only: a new item a call, whatever came of it. */
export interface ProviderCall {
  readonly call: string;
  readonly attempt: Attempt;
  readonly effective: boolean;
}

export function callItem(orderId: string, { call, attempt, effective }: ProviderCall) {
  return {
    TableName: tableName('PROVIDER_CALLS_TABLE'),
    Item: {
      orderId,
      callId: `${new Date().toISOString()}#${randomUUID()}`,
      call,
      key: attempt.key,
      attempt: attempt.number,
      effective,
    },
  };
}

export async function logCall(orderId: string, call: ProviderCall): Promise<void> {
  await documents.send(new PutCommand(callItem(orderId, call)));
}

/**
 * Plays a provider's part in a stage: logs the call, and misbehaves when the order carries one of the contract's
 * trigger values. Deterministic: a hiccup depends on the attempt's number alone.
 */
export async function answerAs(
  stage: StepId,
  { orderId, order }: PlacedOrder,
  attempt: Attempt,
): Promise<void> {
  const trigger = triggers.find((each) => each.stage === stage && meets(each, order));
  const ok = !trigger || (trigger.does.kind === 'hiccup' && attempt.number > trigger.does.times);
  await logCall(orderId, { call: stage, attempt, effective: ok });
  if (!trigger || ok) return;
  if (trigger.does.kind === 'reject')
    throw new OrderRejected(trigger.does.code, trigger.does.message);
  throw new Error(`The provider of ${stage} is not available (503)`);
}

function meets(trigger: Trigger, order: PlacedOrder['order']): boolean {
  if (trigger.on === 'customerId') return order.customerId === trigger.value;
  return order.items.some((item) => item.productId === trigger.value);
}

/** An id that is the same for every attempt at one effect. */
export function idFor(prefix: string, key: string): string {
  return `${prefix}-${createHash('sha256').update(key).digest('hex').slice(0, 12).toUpperCase()}`;
}
