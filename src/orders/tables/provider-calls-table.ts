/** The log of the calls that the simulated providers received. */
import { type OrderRecord, outputs } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import { queryConsistentPages } from './table.ts';

/** A logged call that had a side effect. */
export interface EffectiveCall {
  readonly call: string;
  /** The idempotency key of the side effect. */
  readonly key: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  /** The units of a reservation, if they are not all from shards 0. */
  readonly reservedFrom?: OrderRecord['reservedFrom'];
}

/** Reads the effective calls of an order, oldest first. */
export async function readEffectiveCalls(stack: Stack, orderId: string): Promise<EffectiveCall[]> {
  const calls: EffectiveCall[] = [];
  const query = {
    KeyConditionExpression: 'orderId = :id',
    FilterExpression: 'effective = :true',
    ExpressionAttributeValues: { ':id': orderId, ':true': true },
  };
  for await (const items of queryConsistentPages(stack, outputs.providerCallsTable, query)) {
    for (const { call, key, at, reservedFrom } of items) {
      const units = reservedFrom as OrderRecord['reservedFrom'];
      const details = units && { reservedFrom: units };
      calls.push({ call: String(call), key: String(key), at: String(at), ...details });
    }
  }
  return calls.sort((a, b) => (a.at < b.at ? -1 : 1));
}
