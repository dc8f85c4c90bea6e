import { BatchGetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { documents, tableName } from '../shared/tables.ts';
import type { Inventory, PlacedOrder } from './ports.ts';
import { answerAs } from './provider.ts';
import { OrderRejected } from './rejection.ts';

/** What a product has in stock until its first order: any product can be ordered without seeding a table. */
const initialStock = 1_000_000;

const products = () => tableName('PRODUCTS_TABLE');

/** Real stock, kept with conditional writes: never oversold, and each change of one order happens once. */
export const inventory: Inventory = {
  async check(placed, attempt) {
    await answerAs('check-inventory', placed, attempt);
    const wanted = quantities(placed);
    const { Responses = {} } = await documents.send(
      new BatchGetCommand({
        RequestItems: { [products()]: { Keys: wanted.map(([productId]) => ({ productId })) } },
      }),
    );
    const stock = new Map(
      (Responses[products()] ?? []).map((item) => [item['productId'], Number(item['available'])]),
    );
    const short = wanted.find(([id, quantity]) => (stock.get(id) ?? initialStock) < quantity);
    if (short) throw outOfStock(short[0]);
  },
  async reserve(placed, attempt) {
    await answerAs('reserve-inventory', placed, attempt);
    const wanted = quantities(placed);
    try {
      await move(placed, {
        from: undefined,
        to: 'held',
        change:
          'SET available = if_not_exists(available, :initial) - :quantity ADD reserved :quantity',
        condition:
          '(attribute_not_exists(available) AND :initial >= :quantity) OR available >= :quantity',
        values: { ':initial': initialStock },
      });
    } catch (error) {
      const short = wanted[refusedProduct(error)];
      throw short ? outOfStock(short[0]) : error;
    }
  },
  async release(placed) {
    await move(placed, {
      from: 'held',
      to: 'released',
      change: 'ADD available :quantity, reserved :negative',
    });
  },
  async handOver(placed) {
    await move(placed, {
      from: 'held',
      to: 'handed-over',
      change: 'ADD sold :quantity, reserved :negative',
    });
  },
};

type Reservation = 'held' | 'released' | 'handed-over';

interface StockMove {
  /** The reservation's state before; absent for none. In another state the move has been made: nothing happens. */
  readonly from: Reservation | undefined;
  readonly to: Reservation;
  readonly change: string;
  readonly condition?: string;
  readonly values?: Readonly<Record<string, number>>;
}

/** Moves stock of every product of the order, and the order's reservation with it, in one transaction. */
async function move(placed: PlacedOrder, { from, to, ...stock }: StockMove): Promise<void> {
  const reservation = {
    Update: {
      TableName: tableName('ORDERS_TABLE'),
      Key: { orderId: placed.orderId },
      UpdateExpression: 'SET reservation = :to',
      ConditionExpression: from ? 'reservation = :from' : 'attribute_not_exists(reservation)',
      ExpressionAttributeValues: { ':to': to, ...(from && { ':from': from }) },
    },
  };
  const updates = quantities(placed).map(([productId, quantity]) => ({
    Update: {
      TableName: products(),
      Key: { productId },
      UpdateExpression: stock.change,
      ...(stock.condition && { ConditionExpression: stock.condition }),
      ExpressionAttributeValues: {
        ':quantity': quantity,
        ...(stock.change.includes(':negative') && { ':negative': -quantity }),
        ...stock.values,
      },
    },
  }));
  try {
    await documents.send(new TransactWriteCommand({ TransactItems: [reservation, ...updates] }));
  } catch (error) {
    if (reasons(error)[0] !== 'ConditionalCheckFailed') throw error;
  }
}

/** The order's products with their quantities; lines of one product are one change of its stock. */
function quantities({ order }: PlacedOrder): [productId: string, quantity: number][] {
  const sums = new Map<string, number>();
  for (const { productId, quantity } of order.items) {
    sums.set(productId, (sums.get(productId) ?? 0) + quantity);
  }
  return [...sums];
}

function reasons(error: unknown): readonly (string | undefined)[] {
  const { CancellationReasons = [] } = error as { CancellationReasons?: { Code?: string }[] };
  return CancellationReasons.map(({ Code }) => Code);
}

/** Which of the order's products refused a transaction; the first reason is the reservation's. */
function refusedProduct(error: unknown): number {
  return reasons(error).indexOf('ConditionalCheckFailed') - 1;
}

function outOfStock(productId: string): OrderRejected {
  return new OrderRejected('out-of-stock', `The product ${productId} is out of stock`);
}
