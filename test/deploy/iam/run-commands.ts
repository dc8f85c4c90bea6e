/** Runs the commands of the CLI against a runtime, each with the credentials of a role, and records the permissions they need. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { spawn } from '@lydell/node-pty';
import { vi } from 'vitest';
import { artifactsBucketName } from '../../../src/deploy/artifacts.ts';
import { buildPolicies } from '../../../src/deploy/iam/build-policy.ts';
import { type Role, roles } from '../../../src/deploy/iam/roles.ts';
import type { AwsCredentials } from '../../../src/local/iam/credentials.ts';
import { startRuntime } from '../../../src/local/runtime/runtime.ts';
import { type Outcome, runCommand } from '../../support/command-process.ts';
import { makeProject, program } from '../../support/project-files.ts';
import { createUsers } from '../../support/runtime-users.ts';
import type { CommandRun, PrepareTools } from './command-runs.ts';

const region = 'us-east-2';
const account = '000000000000';
const stack = 'orders';

/** Starts a runtime that has a user for each role, and returns functions that run commands as such a user. */
export async function startProject({ roleArn }: { readonly roleArn?: string } = {}) {
  const root = makeProject();
  const directory = join(root, 'runtime');
  const bucket = artifactsBucketName(stack, account, region);
  const scope = { region, account, stack, bucket, roleArn };
  const policies = roles.map((role) => [
    role,
    buildPolicies(role, scope).map(({ document }) => document),
  ]);
  const credentialsOf = await createUsers(directory, Object.fromEntries(policies));
  const runtime = await startRuntime({ directory, port: 0, timeScale: 600 });
  const environment = { region, stack, endpoint: runtime.url, ...(roleArn ? { roleArn } : {}) };
  writeFileSync(
    join(root, 'orders.config.json'),
    JSON.stringify({ environments: { rec: environment } }),
  );

  function run(
    credentials: AwsCredentials,
    argv: readonly string[],
    keys?: CommandRun['keys'],
  ): Promise<Outcome> {
    const env = {
      PATH: process.env['PATH'],
      HOME: root,
      TZ: 'UTC',
      ORDERS_ENV: 'rec',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    };
    // A command reads the stack's outputs only if no earlier command has cached them.
    rmSync(join(root, '.orders/cache/rec.outputs.json'), { force: true });
    if (keys) return pressKeys(argv, { keys, options: { cwd: root, env } });
    return runCommand({ argv, cwd: root, env });
  }

  const asRoot = (...argv: string[]) => run(runtime.credentials, argv);
  return {
    root,
    runtime,
    asRoot,
    runAs: (role: Role, argv: readonly string[], keys?: CommandRun['keys']) =>
      run(credentialsOf(role), argv, keys),
    tools: () => createTools(runtime, asRoot),
    async close() {
      await runtime.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Runs a command at a terminal, and presses each key when its text appears behind the one of the previous key. */
function pressKeys(
  argv: readonly string[],
  {
    keys,
    options,
  }: {
    readonly keys: NonNullable<CommandRun['keys']>;
    readonly options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv };
  },
): Promise<Outcome> {
  const size = { cols: 120, rows: 40 };
  const terminal = spawn(program, [...argv], { ...options, ...size });
  const left = [...keys];
  let output = '';
  terminal.onData((text) => {
    output += text;
    const [next] = left;
    if (!next?.[0].test(output)) return;
    left.shift();
    output = '';
    terminal.write(next[1]);
  });
  const timer = setTimeout(() => terminal.kill(), 40_000);
  return new Promise((resolve) => {
    terminal.onExit(({ exitCode }) => {
      clearTimeout(timer);
      resolve({ code: exitCode, stdout: output, stderr: '' });
    });
  });
}

/** Returns the tools with which a step is prepared. They use the credentials of the project. */
async function createTools(
  runtime: Awaited<ReturnType<typeof startRuntime>>,
  asRoot: (...argv: string[]) => Promise<Outcome>,
): Promise<PrepareTools> {
  const config = { endpoint: runtime.url, region, credentials: runtime.credentials };
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const { outputs } = JSON.parse((await asRoot('deploy', '--attach', '--json')).stdout).data;
  const statusOf = async (id: string) => {
    const { stdout } = await asRoot('get', id, '--json');
    return stdout ? JSON.parse(stdout).data?.status : undefined;
  };
  return {
    async submit(sample, id, status) {
      await asRoot('submit', '--sample', sample, '--id', id);
      if (status) {
        await vi.waitUntil(async () => (await statusOf(id)) === status, {
          timeout: 20_000,
          interval: 50,
        });
      }
    },
    async removeItem(table, Key) {
      await tables.send(new DeleteCommand({ TableName: outputs[`${table}TableName`], Key }));
    },
    async set(table, key, [name, value]) {
      await tables.send(
        new UpdateCommand({
          TableName: outputs[`${table}TableName`],
          Key: key,
          UpdateExpression: 'SET #name = :value',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':value': value },
        }),
      );
    },
    async readArn(orderId) {
      const { Item = {} } = await tables.send(
        new GetCommand({ TableName: outputs.OrdersTableName, Key: { orderId } }),
      );
      return String(Item['executionArn']);
    },
    async sendDeadLetter(MessageBody) {
      const queues = new SQSClient(config);
      await queues.send(new SendMessageCommand({ QueueUrl: outputs.DeadLettersUrl, MessageBody }));
    },
  };
}
