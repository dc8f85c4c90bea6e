import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDb } from '../../../src/local/dynamodb/service.ts';
import type { Tables } from '../../../src/local/service-interfaces.ts';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import { serve } from '../../../src/local/wire/server.ts';

export interface Fixture {
  readonly client: DynamoDBClient;
  readonly tables: Tables;
  readonly store: Store;
  readonly url: string;
  close(): Promise<void>;
}

export function clientOf(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'us-east-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}

/** The service on a port of its own, with a store that goes away with it. */
export async function start(): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
  const store = openStore(join(folder, 'store.db'));
  const tables = createDynamoDb({ store });
  const server = await serve({ services: [tables.service], store, port: 0 });
  const client = clientOf(server.url);
  return {
    client,
    tables,
    store,
    url: server.url,
    async close() {
      client.destroy();
      await server.close();
      store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
