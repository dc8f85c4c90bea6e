import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createS3 } from '../../../src/local/s3/service.ts';
import { openStore } from '../../../src/local/store/store.ts';
import { serve } from '../../../src/local/wire/server.ts';
import { signedFetch, testCredentials, testVerifier } from '../../support/credentials.ts';

export interface Fixture {
  readonly client: S3Client;
  readonly url: string;
  /** Returns the content of an object as text. */
  read(Bucket: string, Key: string): Promise<string>;
  /** Sends a request with any query, headers and body. Returns the response. */
  send(
    method: string,
    path: string,
    options?: { readonly headers?: Record<string, string>; readonly body?: string },
  ): Promise<Response>;
  close(): Promise<void>;
}

/** Starts the service with a temporary store and these buckets. */
export async function start(...buckets: readonly string[]): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), 's3-'));
  const store = openStore(join(folder, 'state.sqlite'));
  const server = await serve({
    services: [createS3({ store }).service],
    store,
    port: 0,
    verifier: testVerifier,
  });
  const client = new S3Client({
    region: 'us-east-2',
    endpoint: server.url,
    forcePathStyle: true,
    credentials: testCredentials,
    maxAttempts: 1,
  });
  for (const Bucket of buckets) await client.send(new CreateBucketCommand({ Bucket }));
  return {
    client,
    url: server.url,
    async read(Bucket, Key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToString()) ?? '';
    },
    send: (method, path, options = {}) =>
      signedFetch('s3', `${server.url}${path}`, { method, ...options }),
    async close() {
      client.destroy();
      await server.close();
      store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
