import type { Reservation } from '../../contract/api.ts';
import { quantityByProduct } from '../../contract/expected-side-effects.ts';
import { orderUpdateItem } from '../../shared/tables/orders.ts';
import { productUpdateItem, readAvailableStock } from '../../shared/tables/products.ts';
import { effectiveCallItem, logCall } from '../../shared/tables/provider-calls.ts';
import { type TransactItem, transact } from '../../shared/transactions.ts';
import { OrderRejected, ProviderUnavailable } from '../failures.ts';
import type { Attempt, Inventory, PlacedOrder } from '../ports.ts';
import { simulateCall, throwIfTriggered } from './simulated.ts';

/**
 * The stock of a product before its first order, so that every product can be ordered without filling the table. Set by a
 * template parameter; with 0, only products in the table can be ordered.
 */
const initialStock = Number(process.env['INITIAL_STOCK'] ?? 1_000_000);

/** Stock in the products table, changed by conditional writes: it is never oversold, and each change happens once. */
export const inventory: Inventory = {
  async check(placed, attempt) {
    const lines = orderedQuantities(placed);
    const [stock] = await Promise.all([
      readAvailableStock(lines.map(([productId]) => productId)),
      simulateCall('check-inventory', placed, attempt),
    ]);
    if (!stock) throw new ProviderUnavailable('The stock could not be read completely');
    const short = lines.find(([id, quantity]) => (stock.get(id) ?? initialStock) < quantity);
    if (short) throw outOfStock(short[0]);
  },
  async reserve(placed, attempt) {
    const call = 'reserve-inventory';
    await throwIfTriggered('reserve-inventory', placed, { call, attempt });
    const short = await moveStock(placed, attempt, {
      call,
      to: 'held',
      change:
        'SET available = if_not_exists(available, :initial) - :quantity ADD reserved :quantity',
      condition:
        '(attribute_not_exists(available) AND :initial >= :quantity) OR available >= :quantity',
      values: { ':initial': initialStock },
    });
    if (short) throw outOfStock(short);
  },
  async release(placed, attempt) {
    await moveStock(placed, attempt, {
      call: 'release-inventory',
      to: 'released',
      change: 'ADD available :quantity, reserved :negative',
    });
  },
  async handOver(placed, attempt) {
    await moveStock(placed, attempt, {
      call: 'hand-over-inventory',
      to: 'handed-over',
      change: 'ADD sold :quantity, reserved :negative',
    });
  },
};

interface StockMove {
  readonly call: string;
  /** `held` requires an order without a reservation, the other states require `held`. Otherwise nothing happens. */
  readonly to: Reservation;
  readonly change: string;
  readonly condition?: string;
  readonly values?: Readonly<Record<string, number>>;
}

/**
 * Changes the stock of all products of the order and the order's reservation in one transaction, once. Returns the first
 * product with too little stock.
 */
async function moveStock(
  placed: PlacedOrder,
  attempt: Attempt,
  { call, ...move }: StockMove,
): Promise<string | undefined> {
  const { orderId } = placed;
  const lines = orderedQuantities(placed);
  const logged = { orderId, call, attempt };
  const failed = await transact(
    [
      reservationItem(orderId, move.to),
      ...lines.map((line) => productItem(line, move)),
      effectiveCallItem(logged),
    ],
    `${orderId}/${call}`,
  );
  if (failed === undefined) return undefined;
  await logCall(logged);
  // The first item is the reservation: if it failed, the move was made before, or there is nothing to move.
  return failed === 0 ? undefined : lines[failed - 1]?.[0];
}

function reservationItem(orderId: string, to: Reservation): TransactItem {
  const isNew = to === 'held';
  return orderUpdateItem(orderId, {
    UpdateExpression: 'SET reservation = :to',
    ConditionExpression: isNew
      ? 'attribute_exists(orderId) AND attribute_not_exists(reservation)'
      : 'reservation = :held',
    ExpressionAttributeValues: { ':to': to, ...(!isNew && { ':held': 'held' }) },
  });
}

function productItem(
  [productId, quantity]: readonly [string, number],
  { change, condition, values }: Omit<StockMove, 'call'>,
): TransactItem {
  return productUpdateItem(productId, {
    UpdateExpression: change,
    ...(condition && { ConditionExpression: condition }),
    ExpressionAttributeValues: {
      ':quantity': quantity,
      ...(change.includes(':negative') && { ':negative': -quantity }),
      ...values,
    },
  });
}

const orderedQuantities = ({ order }: PlacedOrder) => [...quantityByProduct(order)];

function outOfStock(productId: string): OrderRejected {
  return new OrderRejected('out-of-stock', `The product ${productId} is out of stock`);
}
