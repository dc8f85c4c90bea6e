import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { toDecimal } from '../contract/order.ts';
import { documents, tableName } from '../shared/tables.ts';
import { transact } from '../shared/transactions.ts';
import type { Payments } from './ports.ts';
import { callItem, idFor, logCall, refuseIfTroubled } from './provider.ts';

const payments = () => tableName('PAYMENTS_TABLE');

/** The simulated payment provider: it keeps payments by idempotency key, so one key is charged once. */
export const simulatedPayments: Payments = {
  async charge(placed, attempt) {
    const { orderId } = placed;
    const paymentId = idFor('PAY', attempt.key);
    const Key = { idempotencyKey: attempt.key };
    const known = await documents.send(
      new GetCommand({ TableName: payments(), Key, ConsistentRead: true }),
    );
    if (!known.Item) {
      await refuseIfTroubled('process-payment', placed, { call: 'charge', attempt });
      const charge = {
        TableName: payments(),
        Item: { ...Key, paymentId, amount: toDecimal(placed.totalMinor), state: 'charged' },
        ConditionExpression: 'attribute_not_exists(idempotencyKey)',
      };
      const call = callItem(orderId, { call: 'charge', attempt, effective: true });
      const refused = await transact([{ Put: charge }, { Put: call }], attempt.key);
      if (refused === undefined) return { paymentId };
    }
    // The provider has this payment: an earlier attempt was charged and its answer lost.
    await logCall(orderId, { call: 'charge', attempt, effective: false });
    return { paymentId };
  },
  async refund({ orderId }, attempt) {
    const refund = {
      TableName: payments(),
      Key: { idempotencyKey: attempt.key },
      UpdateExpression: 'SET #state = :refunded',
      ConditionExpression: '#state = :charged',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':refunded': 'refunded', ':charged': 'charged' },
    };
    const call = callItem(orderId, { call: 'refund', attempt, effective: true });
    const refused = await transact([{ Update: refund }, { Put: call }], attempt.key);
    // Never charged, or refunded before: there is nothing to give back.
    if (refused !== undefined)
      await logCall(orderId, { call: 'refund', attempt, effective: false });
  },
};
