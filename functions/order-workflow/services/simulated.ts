import { createHash, randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Trigger, triggers } from '../../contract/triggers.ts';
import type { StepId, UndoId } from '../../contract/workflow.ts';
import { documents, isConditionFailed, tableName } from '../../shared/tables.ts';
import { transact } from '../../shared/transactions.ts';
import { OrderRejected, ProviderUnavailable } from '../failures.ts';
import type { Attempt, PlacedOrder } from '../ports.ts';

/** One call that a simulated provider received. The log is append-only: a new item a call, whatever came of it. */
export interface ProviderCall {
  readonly call: string;
  readonly attempt: Attempt;
  /** Whether it changed the provider's world: false for a refusal, a hiccup, and a repetition. */
  readonly effective: boolean;
}

const table = () => tableName('PROVIDER_CALLS_TABLE');

/** A call as an item of the log. Whoever writes it as effective does so in one transaction with the effect. */
export function callItem(orderId: string, { call, attempt, effective }: ProviderCall) {
  const at = new Date().toISOString();
  const { key, number } = attempt;
  return {
    TableName: table(),
    Item: { orderId, callId: `${at}#${randomUUID()}`, call, key, attempt: number, effective, at },
  };
}

export async function logCall(orderId: string, call: ProviderCall): Promise<void> {
  await documents.send(new PutCommand(callItem(orderId, call)));
}

/**
 * Serves a call at a provider that keeps nothing but its log: the logged call is the effect, and a call that was served
 * before is only logged.
 */
export async function serveOnce(
  orderId: string,
  { call, attempt }: Omit<ProviderCall, 'effective'>,
): Promise<void> {
  try {
    await documents.send(new PutCommand(effectItem(orderId, { call, attempt })));
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    await logCall(orderId, { call, attempt, effective: false });
  }
}

/** The one item that is the effect of a call, at a provider that keeps nothing but its log. */
function effectItem(orderId: string, call: Omit<ProviderCall, 'effective'>) {
  const { TableName, Item } = callItem(orderId, { ...call, effective: true });
  return {
    TableName,
    Item: { ...Item, callId: effectId(call.call) },
    ConditionExpression: 'attribute_not_exists(callId)',
  };
}

const effectId = (call: string) => `effect#${call}`;

/**
 * What a provider answers in a stage when the order carries one of the contract's trigger values; undefined when it
 * serves. Deterministic: a hiccup depends on the attempt's number alone.
 */
function troubleOf(stage: StepId, { order }: PlacedOrder, attempt: Attempt): Error | undefined {
  const trigger = triggers.find((each) => each.stage === stage && meets(each, order));
  if (!trigger) return undefined;
  const { does } = trigger;
  if (does.kind === 'doubt') return undefined;
  if (does.kind === 'reject') return new OrderRejected(does.code, does.message);
  if (does.kind === 'hiccup' && attempt.number > does.times) return undefined;
  return new ProviderUnavailable(`The provider of ${stage} is not available (503)`);
}

/** Plays the part of a provider that keeps nothing but its log, in a stage. */
export async function answerAs(
  stage: StepId,
  placed: PlacedOrder,
  attempt: Attempt,
): Promise<void> {
  await refuseIfTroubled(stage, placed, { call: stage, attempt });
  await serveOnce(placed.orderId, { call: stage, attempt });
}

/** Throws what the provider answers in place of serving, once the refused call is on record. */
export async function refuseIfTroubled(
  stage: StepId,
  placed: PlacedOrder,
  { call, attempt }: Omit<ProviderCall, 'effective'>,
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
  const served = {
    TableName: table(),
    Key: { orderId, callId: effectId(stage) },
    ConditionExpression: 'attribute_exists(callId)',
  };
  const back = effectItem(orderId, { call: undo, attempt });
  const refused = await transact([{ ConditionCheck: served }, { Put: back }], attempt.key);
  if (refused !== undefined) await logCall(orderId, { call: undo, attempt, effective: false });
}

/** The score that a trigger value of the contract asks for, if the order carries one. */
export function doubtfulScore({ order }: PlacedOrder): number | undefined {
  for (const trigger of triggers) {
    if (trigger.does.kind === 'doubt' && meets(trigger, order)) return trigger.does.score;
  }
  return undefined;
}

function meets(trigger: Trigger, order: PlacedOrder['order']): boolean {
  if (trigger.on === 'customerId') return order.customerId === trigger.value;
  return order.items.some((item) => item.productId === trigger.value);
}

/** An id that is the same for every attempt at one effect. */
export function idFor(prefix: string, key: string): string {
  return `${prefix}-${createHash('sha256').update(key).digest('hex').slice(0, 12).toUpperCase()}`;
}
