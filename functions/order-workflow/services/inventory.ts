import type { OrderRecord, Reservation, ReservedUnits } from '../../contract/api.ts';
import { quantityByProduct } from '../../contract/expected-side-effects.ts';
import { reservedUnits, unitsToRecord } from '../../contract/stock.ts';
import { orderUpdateItem, readOrder } from '../../shared/tables/orders.ts';
import { stockUpdateItem } from '../../shared/tables/products.ts';
import { effectiveCallItem, logCall } from '../../shared/tables/provider-calls.ts';
import {
  type Cancellation,
  type TransactItem,
  transact,
  tryTransact,
  waitForOthers,
} from '../../shared/transactions.ts';
import { WriteContention } from '../../shared/write-contention.ts';
import type { Attempt, Inventory, PlacedOrder, StageAttempt, StageRecord } from '../ports.ts';
import { buildOrderUpdate } from './order-update.ts';
import { simulateCall, throwIfTriggered } from './simulated.ts';
import { findUnits, type Heads, initialStock, readHeads } from './stock/find-units.ts';
import { outOfStock, planReservation, revisePlan } from './stock/plan.ts';

/**
 * Shard 0 of each product, as the check of an order read it in this invocation. The reservation follows at once and needs only the
 * number of shards.
 */
const checkedHeads = new WeakMap<PlacedOrder, Heads>();

/** Attempts to reserve, from other shards each time, before the durable retry of the step takes over. */
const maxReservations = 4;

/**
 * Stock in the products table, changed by conditional writes: it is never oversold, and each change happens once. The stock of a
 * product is divided among shards, because orders that write the same item at the same time conflict.
 */
export const inventory: Inventory = {
  async check(placed, attempt) {
    await simulateCall('check-inventory', placed, attempt);
    const lines = orderedQuantities(placed);
    const heads = await readHeads(lines.map(([productId]) => productId));
    checkedHeads.set(placed, heads);
    for (const line of lines) {
      const [productId, quantity] = line;
      if ((heads.get(productId)?.available ?? initialStock) >= quantity) continue;
      if (await findUnits(line, 0)) continue;
      await logCall({ orderId: placed.orderId, call: 'check-inventory', attempt });
      throw outOfStock(productId);
    }
  },
  async reserve(placed, attempt) {
    const call = 'reserve-inventory';
    await throwIfTriggered('reserve-inventory', placed, { call, attempt });
    const key = `${placed.orderId}#${attempt.number}`;
    let plan = await planReservation(orderedQuantities(placed), key, checkedHeads.get(placed));
    for (let number = 1; ; number += 1) {
      const units = plan.flatMap((product) => product.units);
      const failed = await tryReserve(placed, attempt, units);
      if (!failed) return;
      if (number === maxReservations) throw new WriteContention();
      try {
        plan = await revisePlan(plan, ofUnits(failed), `${key}#${number}`);
      } catch (error) {
        await logCall({ orderId: placed.orderId, call, attempt });
        throw error;
      }
      const next = plan.flatMap((product) => product.units);
      if (writesBusyItem(failed, units, next)) await waitForOthers(key, number);
    }
  },
  async release(placed, attempt) {
    await moveReserved(placed, attempt, {
      call: 'release-inventory',
      to: 'released',
      change: 'ADD available :quantity, reserved :negative, refills :one',
    });
  },
  async handOver(placed, attempt, order) {
    await moveReserved(placed, attempt, {
      call: 'hand-over-inventory',
      to: 'handed-over',
      change: 'ADD sold :quantity, reserved :negative',
      order,
    });
  },
};

/**
 * Reserves the units, and records the reservation and the statuses of the stage, in one transaction, once. Returns why nothing was
 * written; undefined if the units are reserved. If they were reserved before, or if a cancellation was requested, the statuses remain
 * to be written.
 */
async function tryReserve(
  { orderId }: PlacedOrder,
  attempt: StageAttempt,
  units: readonly ReservedUnits[],
): Promise<Cancellation | undefined> {
  const reservedFrom = unitsToRecord(units);
  const logged = { orderId, call: 'reserve-inventory', attempt };
  const failed = await tryTransact([
    reservationItem(orderId, { to: 'held', reservedFrom }, attempt.record),
    ...units.map(reserveItem),
    effectiveCallItem(logged, reservedFrom && { reservedFrom }),
  ]);
  if (!failed) attempt.record.written = true;
  if (failed?.outcomes[0] !== 'condition failed') return failed;
  await logCall(logged);
  return undefined;
}

function reserveItem({ quantity, ...shard }: ReservedUnits): TransactItem {
  // Only shard 0 of a product that was never ordered is created here: every order creates the same item, so the stock exists once.
  const isHead = shard.shard === 0;
  return stockUpdateItem(shard, {
    UpdateExpression: `SET available = ${isHead ? 'if_not_exists(available, :initial)' : 'available'} - :quantity ADD reserved :quantity`,
    ConditionExpression: `${isHead ? '(attribute_not_exists(available) AND :initial >= :quantity) OR ' : ''}available >= :quantity`,
    ExpressionAttributeValues: {
      ':quantity': quantity,
      ...(isHead && { ':initial': initialStock }),
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
}

/** Leaves out the first and the last item: the order and the record of the call. */
function ofUnits({ outcomes, items }: Cancellation): Cancellation {
  return { outcomes: outcomes.slice(1, -1), items: items.slice(1, -1) };
}

/** Whether the next attempt writes an item that another writer was writing: then it helps to wait a moment. */
function writesBusyItem(
  { outcomes }: Cancellation,
  before: readonly ReservedUnits[],
  next: readonly ReservedUnits[],
): boolean {
  const isNext = ({ productId, shard }: ReservedUnits) =>
    next.some((units) => units.productId === productId && units.shard === shard);
  return (
    outcomes[0] === 'busy' ||
    before.some((units, index) => outcomes[index + 1] === 'busy' && isNext(units))
  );
}

interface StockMove {
  readonly call: string;
  readonly to: Exclude<Reservation, 'held'>;
  readonly change: string;
  /** The order; it is read if it is absent. */
  readonly order?: OrderRecord | undefined;
}

/**
 * Moves the units that the order holds, in the shards from which it reserved them, and records the new state and the statuses of the
 * stage, in one transaction, once. If the units were moved before, the statuses remain to be written.
 */
async function moveReserved(
  { orderId }: PlacedOrder,
  attempt: Attempt | StageAttempt,
  { call, to, change, order: known }: StockMove,
): Promise<void> {
  const logged = { orderId, call, attempt };
  const order = known ?? (await readOrder(orderId));
  if (order?.reservation === 'held') {
    const record = 'record' in attempt ? attempt.record : undefined;
    const items = [
      reservationItem(orderId, { to }, record),
      ...reservedUnits(order).map((units) => moveItem(units, change)),
      effectiveCallItem(logged),
    ];
    if ((await transact(items, `${orderId}/${call}`)) === undefined) {
      if (record) record.written = true;
      return;
    }
  }
  await logCall(logged);
}

function moveItem({ quantity, ...shard }: ReservedUnits, change: string): TransactItem {
  return stockUpdateItem(shard, {
    UpdateExpression: change,
    ExpressionAttributeValues: {
      ':quantity': quantity,
      ':negative': -quantity,
      ...(change.includes(':one') && { ':one': 1 }),
    },
  });
}

interface ReservationChange {
  readonly to: Reservation;
  readonly reservedFrom?: readonly ReservedUnits[] | undefined;
}

/** The order's part of a move. `held` requires an order without a reservation, the other states require `held`. */
function reservationItem(
  orderId: string,
  { to, reservedFrom }: ReservationChange,
  record: StageRecord | undefined,
): TransactItem {
  const change = {
    reached: record?.statuses ?? [],
    calls: record?.calls ?? [],
    attributes: { reservation: to, ...(reservedFrom && { reservedFrom }) },
    expected: { reservation: to === 'held' ? undefined : 'held' },
    unlessCancelled: record !== undefined,
  };
  return orderUpdateItem(orderId, buildOrderUpdate(change));
}

const orderedQuantities = ({ order }: PlacedOrder) => [...quantityByProduct(order)];
