import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Contention, createDynamoDb } from '../../../src/local/dynamodb/service.ts';
import type { DynamoDb } from '../../../src/local/shared/service-interfaces.ts';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import { serve } from '../../../src/local/wire/server.ts';
import { testCredentials, testVerifier } from '../../support/credentials.ts';

export interface Fixture {
  readonly client: DynamoDBClient;
  readonly dynamodb: DynamoDb;
  readonly store: Store;
  readonly url: string;
  close(): Promise<void>;
}

export function createClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'us-east-2',
    credentials: testCredentials,
    maxAttempts: 1,
  });
}

/** Starts the service on a free port with a temporary store. */
export async function start(contention?: Contention): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
  const store = openStore(join(folder, 'store.db'));
  const dynamodb = createDynamoDb({ store, ...(contention && { contention }) });
  const server = await serve({
    services: [dynamodb.service],
    store,
    port: 0,
    verifier: testVerifier,
  });
  const client = createClient(server.url);
  return {
    client,
    dynamodb,
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
