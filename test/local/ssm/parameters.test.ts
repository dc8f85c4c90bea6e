import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../src/local/runtime.ts';

let directory: string;
let runtime: Runtime;
let client: SSMClient;

async function start() {
  runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  client = new SSMClient({
    endpoint: runtime.url,
    region: 'us-east-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'parameters-'));
  await start();
});
afterEach(async () => {
  await runtime.close();
  rmSync(directory, { recursive: true });
});

const put = (Value: string, more = {}) =>
  client.send(new PutParameterCommand({ Name: '/shop/key', Value, Type: 'SecureString', ...more }));
const get = async (WithDecryption = true) =>
  (await client.send(new GetParameterCommand({ Name: '/shop/key', WithDecryption }))).Parameter;

it('gives a secret back to who asks for it decrypted, and a sealed text to others', async () => {
  await put('a secret of the shop');
  expect(await get()).toMatchObject({
    Name: '/shop/key',
    Type: 'SecureString',
    Value: 'a secret of the shop',
    Version: 1,
    ARN: 'arn:aws:ssm:us-east-2:000000000000:parameter/shop/key',
    LastModifiedDate: expect.any(Date),
  });
  expect((await get(false))?.Value).toMatch(/^[\w+/=]{40,}$/);
});

it('keeps a secret over a restart, and never in the clear on disk', async () => {
  await put('a secret of the shop');
  await runtime.close();
  for (const file of ['state.sqlite', 'parameters.key']) {
    expect(readFileSync(join(directory, file)).includes('a secret of the shop')).toBe(false);
  }
  expect(statSync(join(directory, 'parameters.key')).mode & 0o077).toBe(0);
  await start();
  expect((await get())?.Value).toBe('a secret of the shop');
});

it('overwrites a parameter only when asked to, as a new version of the same type', async () => {
  await put('one');
  await expect(put('two')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  expect(await put('two', { Overwrite: true, Type: undefined })).toMatchObject({ Version: 2 });
  expect(await get()).toMatchObject({ Value: 'two', Type: 'SecureString' });
});

it('finds several at once, names those that are not there, and forgets what is deleted', async () => {
  await put('one');
  const names = new GetParametersCommand({ Names: ['/shop/key', 'other'], WithDecryption: true });
  const { Parameters = [], InvalidParameters } = await client.send(names);
  expect(Parameters.map(({ Value }) => Value)).toEqual(['one']);
  expect(InvalidParameters).toEqual(['other']);
  await client.send(new DeleteParameterCommand({ Name: '/shop/key' }));
  await expect(get()).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

it.each([
  ['a name with a blank', { Name: 'a b' }, 'ValidationException'],
  ['no type', { Type: undefined }, 'ValidationException'],
  ['a value that is too long', { Value: 'x'.repeat(4097) }, 'ValidationException'],
])('refuses %s', async (_what, more, name) => {
  await expect(put('one', more)).rejects.toMatchObject({ name });
});
