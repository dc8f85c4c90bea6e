/** The provider-calls table: an append-only log of the calls that the simulated providers received. */
import { randomUUID } from 'node:crypto';
import { type ProviderCallKey, providerCallKey, providerEffectKey } from '../../contract/tables.ts';
import type { TransactItem } from '../transactions.ts';
import { createTable } from './table.ts';

const table = createTable<ProviderCallKey>('PROVIDER_CALLS_TABLE');

export interface ProviderCall {
  readonly orderId: string;
  readonly call: string;
  /** The idempotency key, and the number of the step's attempt. */
  readonly attempt: { readonly key: string; readonly number: number };
}

/** Whether a call had a side effect: false for a failed and for a repeated call. */
interface Effect {
  readonly effective: boolean;
}

function attributes({ call, attempt }: ProviderCall, { effective }: Effect, at: string) {
  return { call, key: attempt.key, attempt: attempt.number, effective, at };
}

function newItem(call: ProviderCall, effect: Effect) {
  const at = new Date().toISOString();
  return {
    ...providerCallKey(call.orderId, at, randomUUID()),
    ...attributes(call, effect, at),
  };
}

function effectItem(call: ProviderCall, name: string) {
  return {
    ...providerEffectKey(call.orderId, name),
    ...attributes(call, { effective: true }, new Date().toISOString()),
  };
}

const isNew = { ConditionExpression: 'attribute_not_exists(callId)' };

/** Logs a call without a side effect. */
export function logCall(call: ProviderCall): Promise<void> {
  return table.put(newItem(call, { effective: false }));
}

/** Logs a call with a side effect, and details of it, as part of the transaction that writes the side effect. */
export function effectiveCallItem(call: ProviderCall, details?: object): TransactItem {
  return table.putItem({ ...newItem(call, { effective: true }), ...details });
}

/**
 * Records the call as the side effect itself, for a provider that stores nothing else. The condition fails if the side
 * effect exists.
 */
export function recordEffect(call: ProviderCall): Promise<void> {
  return table.put(effectItem(call, call.call), isNew);
}

/** Records the call as the side effect itself, as part of a transaction. */
export function recordEffectItem(call: ProviderCall): TransactItem {
  return table.putItem(effectItem(call, call.call), isNew);
}

/** Requires in a transaction that a call had its side effect. */
export function requireEffectItem(orderId: string, call: string): TransactItem {
  return table.checkItem(providerEffectKey(orderId, call), 'attribute_exists(callId)');
}

/** Logs a call with a side effect under a name of its own, so that a repetition overwrites it. */
export function putNamedEffect(call: ProviderCall, name: string): Promise<void> {
  return table.put(effectItem(call, name));
}

/** Reads the calls of an order that had a side effect. */
export async function readEffectiveCalls(
  orderId: string,
): Promise<{ readonly call: string; readonly key: string }[]> {
  const items = await table.query({
    KeyConditionExpression: 'orderId = :id',
    FilterExpression: 'effective = :true',
    ExpressionAttributeValues: { ':id': orderId, ':true': true },
  });
  return items.map(({ call, key }) => ({ call: String(call), key: String(key) }));
}
