import { GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { toDecimal } from '../contract/order.ts';
import { documents, isConditionFailed, tableName } from '../shared/tables.ts';
import type { Payments } from './ports.ts';
import { answerAs, callItem, idFor, logCall } from './provider.ts';

const payments = () => tableName('PAYMENTS_TABLE');

/** The simulated payment provider: it keeps payments by idempotency key, so one key is charged once. */
export const simulatedPayments: Payments = {
  async charge(placed, attempt) {
    const paymentId = idFor('PAY', attempt.key);
    const Key = { idempotencyKey: attempt.key };
    const known = await documents.send(
      new GetCommand({ TableName: payments(), Key, ConsistentRead: true }),
    );
    if (known.Item) {
      await logCall(placed.orderId, { call: 'charge', attempt, effective: false });
      return { paymentId };
    }
    await answerAs('process-payment', placed, attempt);
    const charge = {
      TableName: payments(),
      Item: {
        ...Key,
        paymentId,
        amount: toDecimal(placed.totalMinor),
        state: 'charged',
      },
      ConditionExpression: 'attribute_not_exists(idempotencyKey)',
    };
    const call = callItem(placed.orderId, { call: 'charge', attempt, effective: true });
    await documents.send(
      new TransactWriteCommand({ TransactItems: [{ Put: charge }, { Put: call }] }),
    );
    return { paymentId };
  },
  async refund(placed, attempt) {
    let effective = true;
    try {
      await documents.send(
        new UpdateCommand({
          TableName: payments(),
          Key: { idempotencyKey: attempt.key },
          UpdateExpression: 'SET #state = :refunded',
          ConditionExpression: '#state = :charged',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':refunded': 'refunded', ':charged': 'charged' },
        }),
      );
    } catch (error) {
      // Never charged, or refunded before: there is nothing to give back.
      if (!isConditionFailed(error)) throw error;
      effective = false;
    }
    await logCall(placed.orderId, { call: 'refund', attempt, effective });
  },
};
