import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { toDecimal } from '../../../contract/order.ts';
import { documents, tableName } from '../../../shared/tables.ts';
import { transact } from '../../../shared/transactions.ts';
import { callItem, idFor, logCall, refuseIfTroubled } from '../simulated.ts';
import type { PaymentProvider } from './provider.ts';

const payments = () => tableName('PAYMENTS_TABLE');

/**
 * The simulated payment provider: a ledger of payments by idempotency key, and a log of the calls it received. What a
 * key did before is only logged.
 */
export const simulatedProvider: PaymentProvider = {
  async find({ totalMinor }, { key }) {
    const { Item } = await documents.send(
      new GetCommand({ TableName: payments(), Key: { idempotencyKey: key }, ConsistentRead: true }),
    );
    if (!Item) return undefined;
    return { paymentId: Item['paymentId'], state: Item['state'], amountMinor: totalMinor };
  },
  async charge(placed, attempt) {
    const { orderId, totalMinor } = placed;
    await refuseIfTroubled('process-payment', placed, { call: 'charge', attempt });
    const payment = {
      paymentId: idFor('PAY', attempt.key),
      state: 'charged',
      amountMinor: totalMinor,
    } as const;
    const { paymentId, state } = payment;
    const charge = {
      TableName: payments(),
      Item: { idempotencyKey: attempt.key, paymentId, amount: toDecimal(totalMinor), state },
      ConditionExpression: 'attribute_not_exists(idempotencyKey)',
    };
    const call = callItem(orderId, { call: 'charge', attempt, effective: true });
    const refused = await transact([{ Put: charge }, { Put: call }], attempt.key);
    if (refused !== undefined)
      await logCall(orderId, { call: 'charge', attempt, effective: false });
    return payment;
  },
  async refund(_payment, { orderId }, attempt) {
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
    if (refused !== undefined)
      await logCall(orderId, { call: 'refund', attempt, effective: false });
  },
};
