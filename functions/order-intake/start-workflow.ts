import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { canonicalEvent, type OrderEvent } from '../contract/order.ts';

/** All attempts together must end before the function times out (ms). */
const lambda = new LambdaClient({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000 },
});

/** `conflict`: another order has the id. `throttled`: Lambda starts no more executions now. */
export type StartResult = 'started' | 'conflict' | 'throttled';

/**
 * Starts the workflow. Lambda finds a repeated order by the name of its execution, which is the order id, and compares the bytes of the
 * event. Throws any other error of Lambda. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function startWorkflow(event: OrderEvent): Promise<StartResult> {
  const command = new InvokeCommand({
    FunctionName: process.env['WORKFLOW_ALIAS_ARN'],
    InvocationType: 'Event',
    DurableExecutionName: event.orderId,
    Payload: Buffer.from(canonicalEvent(event)),
  });
  try {
    await lambda.send(command);
    return 'started';
  } catch (error) {
    const { name } = error as Error;
    if (name === 'DurableExecutionAlreadyStartedException') return 'conflict';
    if (name === 'TooManyRequestsException') return 'throttled';
    throw error;
  }
}
