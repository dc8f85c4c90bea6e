import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readMemoryMb } from './memory.ts';
import type { Bench } from './project.ts';

/** An order in the orders table. */
type OrderItem = Record<string, unknown>;

/** Time without a newly completed order after which the orders are lost (ms). */
const maxStallMs = 120_000;

export interface DriveResult {
  readonly seconds: number;
  /** Highest memory of the runtime and its functions, measured when half and when all of the orders were completed (MB). */
  readonly memoryMb: number;
}

/** Returns a function that submits orders at once and waits until all are completed. Throws if an order fails or is lost. */
export function createDriver(bench: Bench): (count: number) => Promise<DriveResult> {
  const { outputs } = bench;
  const { url, pid } = bench.status();
  const config = { endpoint: url, region: 'us-east-2', credentials: bench.credentials() };
  const lambda = new LambdaClient(config);
  const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const idPrefix = `bench-${randomUUID().slice(0, 8)}`;
  let submitted = 0;

  const submit = (orderId: string) =>
    lambda.send(
      new InvokeCommand({
        FunctionName: outputs['OrderProcessingAliasArn'],
        InvocationType: 'Event',
        DurableExecutionName: orderId,
        Payload: bench.formatOrder(orderId),
      }),
    );

  /** Reads up to 100 orders. */
  async function readOrders(orderIds: readonly string[]): Promise<OrderItem[]> {
    const table = outputs['OrdersTableName'] ?? '';
    const request = {
      Keys: orderIds.map((orderId) => ({ orderId })),
      ProjectionExpression: 'orderId, #s',
      ExpressionAttributeNames: { '#s': 'status' },
    };
    const { Responses } = await dynamodb.send(
      new BatchGetCommand({ RequestItems: { [table]: request } }),
    );
    return Responses?.[table] ?? [];
  }

  return async (count) => {
    const running = new Set(
      Array.from({ length: count }, (_, index) => `${idPrefix}-${submitted + index}`),
    );
    submitted += count;
    const startedAt = performance.now();
    let progressAt = startedAt;
    let memoryAtHalf: number | undefined;
    await Promise.all([...running].map(submit));
    while (running.size > 0) {
      const before = running.size;
      removeCompleted(running, await readOrders([...running].slice(0, 100)));
      const now = performance.now();
      if (running.size < before) progressAt = now;
      if (now - progressAt > maxStallMs) throw new Error(`${running.size} orders hang`);
      if (running.size <= count / 2) memoryAtHalf ??= readMemoryMb(pid);
      await sleep(count === 1 ? 10 : 50);
    }
    const seconds = (performance.now() - startedAt) / 1000;
    return { seconds, memoryMb: Math.max(memoryAtHalf ?? 0, readMemoryMb(pid)) };
  };
}

function removeCompleted(running: Set<string>, orders: readonly OrderItem[]): void {
  for (const { orderId, status } of orders) {
    if (status === 'failed') throw new Error(`${String(orderId)} failed`);
    if (status === 'completed') running.delete(String(orderId));
  }
}
