import { pointsEntry, pointsFor } from '../../contract/expected-side-effects.ts';
import { tableName } from '../../shared/tables.ts';
import { transact } from '../../shared/transactions.ts';
import type { Customers } from '../ports.ts';
import { callItem, logCall, refuseIfTroubled } from './simulated.ts';

/** One point for every ten units of currency, credited once an order. */
export const creditPoints: Customers['creditPoints'] = async (placed, attempt) => {
  const { orderId, order } = placed;
  const call = 'update-loyalty-points';
  await refuseIfTroubled('update-loyalty-points', placed, { call, attempt });
  const points = pointsFor(placed.totalMinor);
  const { customerId } = order;
  const table = tableName('LOYALTY_TABLE');
  const credit = {
    TableName: table,
    Item: { customerId, entry: pointsEntry(orderId), points },
    ConditionExpression: 'attribute_not_exists(customerId)',
  };
  const balance = {
    TableName: table,
    Key: { customerId, entry: 'balance' },
    UpdateExpression: 'ADD points :points',
    ExpressionAttributeValues: { ':points': points },
  };
  const logged = callItem(orderId, { call, attempt, effective: true });
  const items = [{ Put: credit }, { Update: balance }, { Put: logged }];
  const refused = await transact(items, attempt.key);
  if (refused !== undefined) await logCall(orderId, { call, attempt, effective: false });
  return { points };
};
