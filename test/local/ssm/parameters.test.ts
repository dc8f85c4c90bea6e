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
import { type Runtime, startRuntime } from '../../../src/local/runtime/runtime.ts';

let directory: string;
let runtime: Runtime;
let client: SSMClient;

async function start() {
  runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  client = new SSMClient({
    endpoint: runtime.url,
    region: 'us-east-2',
    credentials: runtime.credentials,
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

it('returns a secret only on request for decryption, otherwise the encrypted text', async () => {
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

it('keeps a secret across a restart, and only encrypted on disk', async () => {
  await put('a secret of the shop');
  await runtime.close();
  for (const file of ['state.sqlite', 'parameters.key']) {
    expect(readFileSync(join(directory, file)).includes('a secret of the shop')).toBe(false);
  }
  expect(statSync(join(directory, 'parameters.key')).mode & 0o077).toBe(0);
  await start();
  expect((await get())?.Value).toBe('a secret of the shop');
});

it('overwrites a parameter only on request, as a new version of the same type', async () => {
  await put('one');
  await expect(put('two')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  expect(await put('two', { Overwrite: true, Type: undefined })).toMatchObject({ Version: 2 });
  expect(await get()).toMatchObject({ Value: 'two', Type: 'SecureString' });
});

it('reads several parameters, lists missing names, and deletes parameters', async () => {
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
])('rejects %s', async (_label, more, name) => {
  await expect(put('one', more)).rejects.toMatchObject({ name });
});

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
it('returns earlier versions, by name and by ARN', async () => {
  for (const Value of ['one', 'two', 'three']) await put(Value, { Overwrite: true });
  const read = async (Name: string) =>
    (await client.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter;
  expect(await read('/shop/key:1')).toMatchObject({ Value: 'one', Version: 1, Selector: ':1' });
  expect(await read('/shop/key:3')).toMatchObject({ Value: 'three', Version: 3 });
  const arn = 'arn:aws:ssm:us-east-2:000000000000:parameter/shop/key';
  expect(await read(`${arn}:2`)).toMatchObject({ Value: 'two', Name: '/shop/key' });
  const { Parameters, InvalidParameters } = await client.send(
    new GetParametersCommand({ Names: ['/shop/key:2', '/shop/key:9', `${arn}:label`] }),
  );
  expect(Parameters?.map(({ Version }) => Version)).toEqual([2]);
  expect(InvalidParameters).toEqual(['/shop/key:9', `${arn}:label`]);
  await expect(read('/shop/key:9')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
  await expect(read('/shop/none:1')).rejects.toMatchObject({ name: 'ParameterNotFound' });
  await client.send(new DeleteParameterCommand({ Name: '/shop/key' }));
  await put('new');
  await expect(read('/shop/key:2')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
});

it('finds a parameter without a path by its ARN', async () => {
  await client.send(new PutParameterCommand({ Name: 'plain', Value: 'v', Type: 'String' }));
  const Name = 'arn:aws:ssm:us-east-2:000000000000:parameter/plain';
  const { Parameter } = await client.send(new GetParameterCommand({ Name }));
  expect(Parameter).toMatchObject({ Name: 'plain', Value: 'v', ARN: Name });
});

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
it.each([
  ['AllowedPattern', { AllowedPattern: '.*' }],
  ['KeyId', { KeyId: 'alias/other' }],
  ['Policies', { Policies: '[]' }],
  ['Tier Advanced', { Tier: 'Advanced' }],
  ['DataType aws:ec2:image', { DataType: 'aws:ec2:image' }],
])('rejects %s by name', async (name, more) => {
  await expect(put('v', more)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(name),
  });
  await expect(get()).rejects.toMatchObject({ name: 'ParameterNotFound' });
});
