import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { Reservation } from '../../contract/api.ts';
import { quantitiesOf } from '../../contract/expected-side-effects.ts';
import { documents, tableName } from '../../shared/tables.ts';
import { type TransactItems, transact } from '../../shared/transactions.ts';
import { OrderRejected, ProviderUnavailable } from '../failures.ts';
import type { Attempt, Inventory, PlacedOrder } from '../ports.ts';
import { answerAs, callItem, logCall, refuseIfTroubled } from './simulated.ts';

/**
 * What a product has in stock until its first order, so that any can be ordered without seeding a table. The template's
 * parameter sets it; with 0 a product must be in the table.
 */
const initialStock = Number(process.env['INITIAL_STOCK'] ?? 1_000_000);

const products = () => tableName('PRODUCTS_TABLE');

/** Real stock, kept with conditional writes: never oversold, and each change of one order happens once. */
export const inventory: Inventory = {
  async check(placed, attempt) {
    const wanted = quantities(placed);
    const read = new BatchGetCommand({
      RequestItems: { [products()]: { Keys: wanted.map(([productId]) => ({ productId })) } },
    });
    const [{ Responses = {}, UnprocessedKeys = {} }] = await Promise.all([
      documents.send(read),
      answerAs('check-inventory', placed, attempt),
    ]);
    if (Object.keys(UnprocessedKeys).length > 0) {
      throw new ProviderUnavailable('The stock could not be read whole');
    }
    const stock = new Map(
      (Responses[products()] ?? []).map((item) => [item['productId'], Number(item['available'])]),
    );
    const short = wanted.find(([id, quantity]) => (stock.get(id) ?? initialStock) < quantity);
    if (short) throw outOfStock(short[0]);
  },
  async reserve(placed, attempt) {
    const call = 'reserve-inventory';
    await refuseIfTroubled('reserve-inventory', placed, { call, attempt });
    const short = await move(placed, attempt, {
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
    await move(placed, attempt, {
      call: 'release-inventory',
      to: 'released',
      change: 'ADD available :quantity, reserved :negative',
    });
  },
  async handOver(placed, attempt) {
    await move(placed, attempt, {
      call: 'hand-over-inventory',
      to: 'handed-over',
      change: 'ADD sold :quantity, reserved :negative',
    });
  },
};

interface StockMove {
  readonly call: string;
  /** `held` comes from no reservation, the others from `held`; in another state nothing happens. */
  readonly to: Reservation;
  readonly change: string;
  readonly condition?: string;
  readonly values?: Readonly<Record<string, number>>;
}

/**
 * Moves stock of every product of the order, and the order's reservation with it, in one transaction: once, whatever
 * is retried. Answers the product that has too little, if one has.
 */
async function move(
  placed: PlacedOrder,
  attempt: Attempt,
  { call, ...stock }: StockMove,
): Promise<string | undefined> {
  const { orderId } = placed;
  const wanted = quantities(placed);
  const logged = callItem(orderId, { call, attempt, effective: true });
  const changes = wanted.map((line) => productChange(line, stock));
  const items = [reservationChange(orderId, stock.to), ...changes, { Put: logged }];
  const refused = await transact(items, `${orderId}/${call}`);
  if (refused === undefined) return undefined;
  await logCall(orderId, { call, attempt, effective: false });
  // The first item is the reservation's: the move was made before, or there is nothing to move.
  return refused === 0 ? undefined : wanted[refused - 1]?.[0];
}

function reservationChange(orderId: string, to: Reservation): TransactItems[number] {
  const held = to === 'held';
  return {
    Update: {
      TableName: tableName('ORDERS_TABLE'),
      Key: { orderId },
      UpdateExpression: 'SET reservation = :to',
      ConditionExpression: held
        ? 'attribute_exists(orderId) AND attribute_not_exists(reservation)'
        : 'reservation = :held',
      ExpressionAttributeValues: { ':to': to, ...(!held && { ':held': 'held' }) },
    },
  };
}

function productChange(
  [productId, quantity]: readonly [string, number],
  { change, condition, values }: Omit<StockMove, 'call'>,
): TransactItems[number] {
  return {
    Update: {
      TableName: products(),
      Key: { productId },
      UpdateExpression: change,
      ...(condition && { ConditionExpression: condition }),
      ExpressionAttributeValues: {
        ':quantity': quantity,
        ...(change.includes(':negative') && { ':negative': -quantity }),
        ...values,
      },
    },
  };
}

const quantities = ({ order }: PlacedOrder) => [...quantitiesOf(order)];

function outOfStock(productId: string): OrderRejected {
  return new OrderRejected('out-of-stock', `The product ${productId} is out of stock`);
}
