import type { OrderRecord } from '../contract/api.ts';
import { pointOfNoReturn } from '../contract/workflow.ts';
import { isConditionFailed } from '../shared/dynamodb.ts';
import { updateOrder } from '../shared/tables/orders.ts';

/** Adds a warning to an order that needs attention. Repeated calls change nothing. */
export async function flagOrder(
  { orderId, warnings = [] }: OrderRecord,
  message: string,
): Promise<void> {
  try {
    await updateOrder(orderId, {
      UpdateExpression: 'SET warnings = :warnings, flagged = :flagged, updatedAt = :now',
      ConditionExpression: 'attribute_exists(orderId) AND attribute_not_exists(flagged)',
      ExpressionAttributeValues: {
        ':warnings': [...warnings, { stage: pointOfNoReturn, message }],
        ':flagged': true,
        ':now': new Date().toISOString(),
      },
    });
  } catch (error) {
    // An earlier attempt has flagged the order.
    if (!isConditionFailed(error)) throw error;
  }
}
