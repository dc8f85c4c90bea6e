/** Packages of each kind, deployed in each way, run alike. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createClients } from '../../src/aws/clients.ts';
import { deploy } from '../../src/deploy/deploy.ts';
import { awaitResult } from '../../src/deploy/events.ts';
import type { Target } from '../../src/environment/target.ts';
import { type Runtime, startRuntime } from '../../src/local/runtime/runtime.ts';
import { fakeTarget } from '../aws/fake-aws.ts';

const settings = { Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 60 } as const;

type Files = Readonly<Record<string, string>>;

const kinds: Readonly<Record<string, Files>> = {
  CommonJs: { 'index.js': 'exports.handler = async () => typeof require;' },
  EsModule: { 'index.mjs': 'export const handler = async () => typeof require;' },
  OwnModule: {
    'index.js': "const { one } = require('./lib'); exports.handler = async () => one;",
    'lib.js': 'exports.one = 1;',
  },
  Foreign: { 'index.mjs': "import 'valibot'; export const handler = async () => 1;" },
};
const results: Readonly<Record<string, unknown>> = {
  CommonJs: 'function',
  EsModule: 'undefined',
  OwnModule: 1,
  Foreign: { errorMessage: expect.stringContaining("Cannot find package 'valibot'") },
};

let root: string;
let runtime: Runtime;
let target: Target;
/** Role of a function of the stack that `orders deploy` created. */
let role: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'orders-kinds-'));
  runtime = await startRuntime({ directory: join(root, 'runtime'), port: 0, timeScale: 1 });
  const { url: endpoint, credentials } = runtime;
  const clients = createClients({ region: 'us-east-2', endpoint, credentials });
  target = fakeTarget(endpoint, root, { clients });
  for (const [kind, files] of Object.entries(kinds)) {
    mkdirSync(join(root, kind));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, kind, name), text);
  }
  const template = join(root, 'deployed.json');
  writeFileSync(
    template,
    createTemplate((kind) => kind),
  );
  await awaitResult(deploy(target, { template }));
  const lambda = await clients.lambda();
  const read = new GetFunctionConfigurationCommand({ FunctionName: 'CommonJs' });
  role = (await lambda.send(read)).Role ?? '';
});
afterAll(async () => {
  await runtime.close();
  rmSync(root, { recursive: true, force: true });
});

/** Returns a SAM template with a function of each kind. */
function createTemplate(findCode: (kind: string) => string): string {
  const resources = Object.keys(kinds).map((kind) => {
    const Properties = { FunctionName: kind, CodeUri: findCode(kind) };
    return [kind, { Type: 'AWS::Serverless::Function', Properties }];
  });
  return JSON.stringify({
    Transform: 'AWS::Serverless-2016-10-31',
    Globals: { Function: settings },
    Resources: Object.fromEntries(resources),
  });
}

const zip = (files: Files) =>
  zipSync(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
  );

/** Returns the result of each function, whose name is that of its kind after `prefix`. */
async function invokeAll(prefix = '') {
  const lambda = await target.clients.lambda();
  const invoked = Object.keys(kinds).map(async (kind) => {
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: `${prefix}${kind}` }));
    return [kind, JSON.parse(Buffer.from(Payload ?? []).toString())] as const;
  });
  return Object.fromEntries(await Promise.all(invoked));
}

it('by `orders deploy --template`', async () => {
  expect(await invokeAll()).toMatchObject(results);
});

it('by CreateFunction', async () => {
  const lambda = await target.clients.lambda();
  for (const [kind, files] of Object.entries(kinds)) {
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: `created-${kind}`,
        ...settings,
        Role: role,
        Code: { ZipFile: zip(files) },
      }),
    );
  }
  expect(await invokeAll('created-')).toMatchObject(results);
});

it('by a SAM template with archives in S3', async () => {
  const s3 = await target.clients.s3();
  const Bucket = 'kinds';
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const [kind, files] of Object.entries(kinds)) {
    await s3.send(new PutObjectCommand({ Bucket, Key: `${kind}.zip`, Body: zip(files) }));
  }
  const cloudFormation = await target.clients.cloudFormation();
  const named = createTemplate((kind) => `s3://${Bucket}/${kind}.zip`).replaceAll(
    '"FunctionName":"',
    '"FunctionName":"sam-',
  );
  await cloudFormation.send(
    new CreateStackCommand({
      StackName: 'sam',
      TemplateBody: named,
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
    }),
  );
  const describe = new DescribeStacksCommand({ StackName: 'sam' });
  const isCreated = async () =>
    (await cloudFormation.send(describe)).Stacks?.[0]?.StackStatus === 'CREATE_COMPLETE';
  await vi.waitUntil(isCreated);
  expect(await invokeAll('sam-')).toMatchObject(results);
});
