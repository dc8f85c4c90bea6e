import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { secretIn } from '../../../functions/order-workflow/services/payments/secret.ts';
import { type Runtime, startRuntime } from '../../../src/local/runtime.ts';

const directory = mkdtempSync(join(tmpdir(), 'secret-'));
let runtime: Runtime;
let client: SSMClient;

beforeAll(async () => {
  runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  vi.stubEnv('AWS_ENDPOINT_URL', runtime.url);
  vi.stubEnv('AWS_REGION', 'us-east-2');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  client = new SSMClient({});
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await runtime.close();
  rmSync(directory, { recursive: true });
});

const put = (Name: string, Value: string) =>
  client.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));

it('is read decrypted and kept, and read afresh when it was refused', async () => {
  const secret = secretIn('/shop/key');
  await put('/shop/key', 'first');
  expect(await secret(false)).toBe('first');
  await put('/shop/key', 'second');
  expect(await secret(false)).toBe('first');
  expect(await secret(true)).toBe('second');
  expect(await secret(false)).toBe('second');
});

it('names the parameter when there is none', async () => {
  await expect(secretIn('/shop/none')(false)).rejects.toMatchObject({
    name: 'SecretMissing',
    message: 'There is no secret in the parameter /shop/none of SSM',
  });
});
