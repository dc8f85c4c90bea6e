import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import { createSts } from '../../../src/local/sts/service.ts';
import { type RunningServer, serve } from '../../../src/local/wire/server.ts';
import { testCredentials, testVerifier } from '../../support/credentials.ts';

const directory = mkdtempSync(join(tmpdir(), 'sts-'));
let store: Store;
let server: RunningServer;

beforeAll(async () => {
  store = openStore(join(directory, 'state.sqlite'));
  server = await serve({ services: [createSts().service], store, port: 0, verifier: testVerifier });
});

afterAll(async () => {
  await server.close();
  store.close();
  rmSync(directory, { recursive: true });
});

it('returns the account 000000000000', async () => {
  const client = new STSClient({
    region: 'us-east-2',
    endpoint: server.url,
    credentials: testCredentials,
  });
  expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: '000000000000',
    Arn: 'arn:aws:iam::000000000000:root',
  });
});

it('rejects an unsigned request', async () => {
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const response = await fetch(server.url, { method: 'POST', body });
  expect(response.status).toBe(403);
  expect(await response.text()).toContain('MissingAuthenticationToken');
});
