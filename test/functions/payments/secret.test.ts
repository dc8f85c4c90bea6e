import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createSecretReader } from '../../../functions/order-workflow/services/payments/secret.ts';
import { type Runtime, startRuntime } from '../../../src/local/runtime/runtime.ts';

const directory = mkdtempSync(join(tmpdir(), 'secret-'));
let runtime: Runtime;
let client: SSMClient;

beforeAll(async () => {
  runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  vi.stubEnv('AWS_ENDPOINT_URL', runtime.url);
  vi.stubEnv('AWS_REGION', 'us-east-2');
  vi.stubEnv('AWS_ACCESS_KEY_ID', runtime.credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', runtime.credentials.secretAccessKey);
  client = new SSMClient({});
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await runtime.close();
  rmSync(directory, { recursive: true });
});

const put = (Name: string, Value: string) =>
  client.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));

it('caches the decrypted secret, and reads it again when it was rejected', async () => {
  const secret = createSecretReader('/shop/key');
  await put('/shop/key', 'first');
  expect(await secret(false)).toBe('first');
  await put('/shop/key', 'second');
  expect(await secret(false)).toBe('first');
  expect(await secret(true)).toBe('second');
  expect(await secret(false)).toBe('second');
});

it('throws an error with the name of a missing parameter', async () => {
  await expect(createSecretReader('/shop/none')(false)).rejects.toMatchObject({
    name: 'SecretMissing',
    message: 'There is no secret in the parameter /shop/none of SSM',
  });
});
