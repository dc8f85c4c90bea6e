import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { listingKey, listingShards } from '../../functions/contract/tables.ts';
import { createClients } from '../../src/aws/clients.ts';
import type { Target } from '../../src/environment/target.ts';
import { fakeAws, fakeTarget } from '../aws/fake-aws.ts';
import { startTables } from '../functions/stack-tables.ts';
import { connectInProcess } from '../local/dynamodb/in-process.ts';
import { testCredentials } from '../support/credentials.ts';
import { orderRecord } from './record.ts';

export const outputs = {
  OrdersTableName: 'OrdersTable',
  OrderProcessingFunctionArn: 'arn:aws:lambda:us-east-2:000000000000:function:f',
};

/** Creates the record of an order, with its key in the listing index. */
export function order(
  orderId: string,
  createdAt: string,
  { shards = listingShards, ...more }: Partial<OrderRecord> & { shards?: number } = {},
) {
  const { status = 'validated' } = more;
  return orderRecord(status === 'validated' ? [status] : ['validated', status], {
    orderId,
    createdAt,
    updatedAt: createdAt,
    listing: listingKey(orderId, { createdAt, shards }),
    ...more,
  });
}

/** Starts the local tables, and a fake Lambda that lists the executions in `running`. */
export async function startOrders() {
  const fixture = await startTables();
  const running = new Map<string, string>();
  const lambda = await fakeAws(({ query }) => {
    const arn = running.get(query.get('DurableExecutionName') ?? '');
    const DurableExecutions = arn ? [{ DurableExecutionArn: arn }] : [];
    return {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ DurableExecutions }),
    };
  });
  const root = mkdtempSync(join(tmpdir(), 'orders-'));
  const clientsAt = (endpoint: string) =>
    createClients({ region: 'us-east-2', endpoint, credentials: testCredentials });
  const clients = { ...clientsAt(fixture.url), lambda: clientsAt(lambda.url).lambda };
  connectInProcess(await clients.dynamodb(), fixture);
  const target: Target = fakeTarget(fixture.url, root, { clients });
  return {
    target,
    running,
    async put(orders: readonly OrderRecord[]) {
      const tables = await target.clients.dynamodb();
      for (let from = 0; from < orders.length; from += 25) {
        const puts = orders.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
        await tables.send(new BatchWriteCommand({ RequestItems: { OrdersTable: puts } }));
      }
    },
    async close() {
      lambda[Symbol.dispose]();
      await fixture.close();
    },
  };
}

export type Orders = Awaited<ReturnType<typeof startOrders>>;
