import { createHash, randomUUID } from 'node:crypto';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Trigger, triggers } from '../contract/triggers.ts';
import type { StepId, UndoId } from '../contract/workflow.ts';
import { documents, tableName } from '../shared/tables.ts';
import { OrderRejected, ProviderUnavailable } from './failures.ts';
import type { Attempt, PlacedOrder } from './ports.ts';

/** One call that a simulated provider received. The log is append-only: a new item a call, whatever came of it. */
export interface ProviderCall {
  readonly call: string;
  readonly attempt: Attempt;
  /** Whether it changed the provider's world: false for a refusal, a hiccup, and a repetition. */
  readonly effective: boolean;
}

const table = () => tableName('PROVIDER_CALLS_TABLE');

export function callItem(orderId: string, { call, attempt, effective }: ProviderCall) {
  return {
    TableName: table(),
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
 * What a provider answers in a stage when the order carries one of the contract's trigger values; undefined when it
 * serves. Deterministic: a hiccup depends on the attempt's number alone.
 */
export function troubleOf(
  stage: StepId,
  { order }: PlacedOrder,
  attempt: Attempt,
): Error | undefined {
  const trigger = triggers.find((each) => each.stage === stage && meets(each, order));
  if (!trigger) return undefined;
  const { does } = trigger;
  if (does.kind === 'reject') return new OrderRejected(does.code, does.message);
  if (does.kind === 'hiccup' && attempt.number > does.times) return undefined;
  return new ProviderUnavailable(`The provider of ${stage} is not available (503)`);
}

/** Plays the part of a provider that keeps nothing but its log: logs the call, and throws what it answers. */
export async function answerAs(
  stage: StepId,
  placed: PlacedOrder,
  attempt: Attempt,
): Promise<void> {
  const trouble = troubleOf(stage, placed, attempt);
  await logCall(placed.orderId, { call: stage, attempt, effective: !trouble });
  if (trouble) throw trouble;
}

/** Throws what the provider answers in place of serving, once the refused call is on record. */
export async function refuseIfTroubled(
  stage: StepId,
  placed: PlacedOrder,
  { call, attempt }: Pick<ProviderCall, 'call' | 'attempt'>,
): Promise<void> {
  const trouble = troubleOf(stage, placed, attempt);
  if (!trouble) return;
  await logCall(placed.orderId, { call, attempt, effective: false });
  throw trouble;
}

/** Takes a stage's work back at a provider that keeps nothing but its log: a no-op when none of it stands. */
export async function takeBack(
  { orderId }: PlacedOrder,
  { stage, undo, attempt }: { stage: StepId; undo: UndoId; attempt: Attempt },
): Promise<void> {
  const { Items = [] } = await documents.send(
    new QueryCommand({
      TableName: table(),
      KeyConditionExpression: 'orderId = :orderId',
      FilterExpression: '#key = :key AND effective = :true',
      ExpressionAttributeNames: { '#key': 'key' },
      ExpressionAttributeValues: { ':orderId': orderId, ':key': attempt.key, ':true': true },
      ConsistentRead: true,
    }),
  );
  const made = (call: string) => Items.some((each) => each['call'] === call);
  await logCall(orderId, { call: undo, attempt, effective: made(stage) && !made(undo) });
}

function meets(trigger: Trigger, order: PlacedOrder['order']): boolean {
  if (trigger.on === 'customerId') return order.customerId === trigger.value;
  return order.items.some((item) => item.productId === trigger.value);
}

/** An id that is the same for every attempt at one effect. */
export function idFor(prefix: string, key: string): string {
  return `${prefix}-${createHash('sha256').update(key).digest('hex').slice(0, 12).toUpperCase()}`;
}
