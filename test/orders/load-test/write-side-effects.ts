import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { loyaltyPointsFor } from '../../../functions/contract/expected-side-effects.ts';
import { toMinor } from '../../../functions/contract/order.ts';
import { loyaltyEntryKey, paymentKey } from '../../../functions/contract/tables.ts';
import type { PlannedOrder } from '../../../src/orders/load-test/plan.ts';

/** Writes the item of an order and, if it completed, its payment, points and stock. */
export async function writeSideEffects(
  tables: DynamoDBDocumentClient,
  { orderId, order, total }: PlannedOrder,
  record: OrderRecord,
): Promise<void> {
  if (record.status !== 'completed') {
    await write(tables, [{ Put: { TableName: 'OrdersTable', Item: record } }]);
    return;
  }
  const { customerId, items } = order;
  const payment = { idempotencyKey: paymentKey(orderId), state: 'charged', amount: total };
  const points = {
    customerId,
    entry: loyaltyEntryKey(orderId),
    points: loyaltyPointsFor(toMinor(total)),
  };
  await write(tables, [
    { Put: { TableName: 'OrdersTable', Item: { ...record, reservation: 'handed-over' } } },
    { Put: { TableName: 'PaymentsTable', Item: payment } },
    { Put: { TableName: 'LoyaltyTable', Item: points } },
    ...items.map(({ productId, quantity }) => ({
      Update: {
        TableName: 'ProductsTable',
        Key: { productId },
        UpdateExpression: 'ADD sold :quantity',
        ExpressionAttributeValues: { ':quantity': quantity },
      },
    })),
  ]);
}

const write = (
  tables: DynamoDBDocumentClient,
  TransactItems: ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems'],
) => tables.send(new TransactWriteCommand({ TransactItems }));
