import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploySchema } from '../../src/cli/schemas/deploy.ts';
import { destroySchema } from '../../src/cli/schemas/destroy.ts';
import { artifactsBucketName } from '../../src/deploy/artifacts.ts';
import { runCommand } from '../support/command-process.ts';
import { projectCredentials } from '../support/credentials.ts';
import { full } from '../support/full.ts';
import { createProject, type Project } from '../support/project.ts';
import { runInTerminal } from '../support/terminal.ts';

const built = fileURLToPath(new URL('../../dist', import.meta.url));

let project: Project;
beforeAll(async () => {
  project = createProject();
  await project.orders('local', 'start', '--time-scale', '240');
});
afterAll(() => project.close());

const deploy = async (...argv: string[]) => {
  const { code, stdout, stderr } = await project.orders('deploy', ...argv, '--json');
  return { code, stderr, ...v.parse(deploySchema, JSON.parse(stdout).data) };
};

/** Changes the project's template. Returns a function that restores it. */
function edit(from: string | RegExp, to: string): () => void {
  const file = join(project.root, 'template.yaml');
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
  return () => writeFileSync(file, before);
}

it('plans a first deployment without a trace, deploys it, and then finds no changes', async () => {
  const planned = await project.orders('diff', '--exit-code');
  expect(planned.code).toBe(22);
  expect(planned.stderr).toMatch(
    /^\d+ to add, 2 versions to publish\n {2}ApiAuth NONE\n {2}\+ {2}OrdersTable +table$/m,
  );
  const first = await deploy('--smoke');
  expect(first).toMatchObject({ code: 0, changed: true, needed: true });
  expect(first.stderr).toContain('the API responds (404)');
  expect(first.stderr).toMatch(/order-\w+ end status=completed/);
  expect(await deploy()).toMatchObject({ code: 0, changed: false, needed: false, changes: [] });
  const { code, stdout } = await project.orders('diff', '--exit-code');
  expect([code, stdout]).toEqual([0, 'No changes.\n']);
});

it('publishes a version for a changed parameter, and running orders finish on their version', async () => {
  const { orderId } = await project.runJson('submit', '--sample', 'low');
  const planned = await project.orders('deploy', '--plan', '--param', 'WarehouseWaitSeconds=60');
  expect(planned.stderr).toContain('\n  WarehouseWaitSeconds 300 → 60\n');
  expect(planned.stderr).toContain('Environment.Variables.WAREHOUSE_WAIT_SECONDS 300 → 60');
  expect(planned.stderr).toMatch(/^1 version to publish, 3 to change$/m);
  expect(planned.stderr).toContain('1 running order finishes on its current version.');
  await deploy('--param', 'WarehouseWaitSeconds=60');
  const later = await project.runJson('submit', '--sample', 'low', '--wait');
  expect((await project.orders('watch', orderId)).code).toBe(0);
  const versionOf = async (id: string) =>
    /:function:[^:]+:(\d+)\//.exec((await project.runJson('get', id)).order.executionArn)?.[1];
  expect(Number(await versionOf(later.orderId))).toBe(Number(await versionOf(orderId)) + 1);
});

it('ends with the address, the live versions and the changes, which fit a terminal of 24 lines', async () => {
  const terminal = runInTerminal(project, ['deploy', '--param', 'LogLevel=ERROR']);
  expect(await terminal.exit).toBe(0);
  const [, result = ''] = stripVTControlCharacters(terminal.raw()).split(/✓ Deployed .*\r?\n/);
  const lines = result.trimEnd().split(/\r?\n/);
  expect(lines.length).toBeLessThan(24);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(result).toMatch(/^endpoint +http:\/\/127\.0\.0\.1:\d+\/execute-api\/\w+\/prod/);
  expect(result).toMatch(/alias +live of lambda-durable-order-processing-workflow is version \d/);
  expect(result).toMatch(/changes +.*\d versions? to publish/);
  expect(result).toContain('orders submit --sample low --watch');
  const all = await project.orders('deploy', '--outputs');
  expect(all.stdout).toMatch(/^OrdersTableName +\S+$/m);
});

it.each([
  ['a mistyped parameter', ['--param', 'WarehouseWaitSecond=60'], 'WarehouseWaitSecond'],
  ['a value that is not valid', ['--param', 'WarehouseWaitSeconds=abc'], 'WarehouseWaitSeconds'],
  [
    'an endpoint that is no URL',
    ['-e', 'x', '--region', 'eu-west-1', '--endpoint', 'notaurl'],
    '--endpoint "notaurl"',
  ],
])('reports %s before it packages anything, and exits 2', async (_, argv, named) => {
  const { code, stdout, stderr } = await project.orders('deploy', ...argv);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(named);
  expect(stderr).not.toMatch(/ package |continues from there/);
});

it('reports the line of a template that is not YAML or that CloudFormation rejects', async () => {
  const restoreTab = edit('      MemorySize: 512', '\tMemorySize: 512');
  const broken = await project.orders('deploy', '--json');
  restoreTab();
  expect(broken.code).toBe(2);
  expect(JSON.parse(broken.stdout).error).toMatchObject({
    code: 'InvalidTemplate',
    message: expect.stringMatching(/^template\.yaml:\d+:1 is not valid YAML: Tabs/),
    line: expect.any(Number),
  });
  const restoreType = edit('Type: AWS::DynamoDB::Table', 'Type: AWS::DynamoDB::Tabel');
  const rejected = await project.orders('deploy', '--json');
  restoreType();
  expect(rejected.code).toBe(20);
  expect(JSON.parse(rejected.stdout).error).toMatchObject({
    code: 'PlanFailed',
    message: expect.stringContaining('Unrecognized resource types: [AWS::DynamoDB::Tabel]'),
    field: 'Resources.OrdersTable',
  });
  const restoreOutputs = edit(
    '  DeadLettersUrl:',
    '  Broken: {Value: !ImportValue nothing}\n  DeadLettersUrl:',
  );
  const failed = await project.orders('deploy', '--json');
  restoreOutputs();
  expect(failed.code).toBe(20);
  const { message, hint } = JSON.parse(failed.stdout).error;
  expect(message).toContain('No export named nothing found.');
  // No version was published, so that the next deployment can succeed at once.
  expect(hint.join('\n')).not.toContain('delete-function');
});

it('replaces and deletes stateful resources only if they are named', async () => {
  const putBack = edit(
    /AttributeDefinitions: \[\{AttributeName: productId.*\n.*KeySchema: .*\n/,
    'AttributeDefinitions: [{AttributeName: sku, AttributeType: S}]\n      KeySchema: [{AttributeName: sku, KeyType: HASH}]\n',
  );
  const { code, stderr } = await project.orders('deploy');
  putBack();
  expect(code).toBe(4);
  expect(stderr).toContain(
    'The deployment would replace the table ProductsTable; nothing was changed.',
  );
  expect(stderr).toContain('orders deploy --allow-replace ProductsTable');
  expect((await project.orders('diff', '--exit-code')).code).toBe(0);
});

it('rolls back a failing change, reports its cause, and deploys the corrected one', async () => {
  const putBack = edit('MessageRetentionPeriod: 1209600', 'MessageRetentionPeriod: 1');
  const { code, stderr } = await project.orders('deploy');
  putBack();
  expect(code).toBe(20);
  expect(stderr).toMatch(/The deployment failed: DeadLetters UPDATE_FAILED: /);
  expect(stderr).toContain('the stack was rolled back');
  expect(await deploy()).toMatchObject({ code: 0, changed: false });
  // The orders that are cancelled below run on the same stack.
  if (full) expect((await project.orders('submit', '--sample', 'low', '--wait')).code).toBe(0);
});

// The short run deploys while one order runs.
it.runIf(full)('loses no running order during a deployment', async () => {
  const load = project.orders('load-test', '--count', '100', '--json');
  for (const level of ['DEBUG', 'WARN', 'INFO']) {
    expect(await deploy('--param', `LogLevel=${level}`)).toMatchObject({ changed: true });
  }
  const { code, stdout } = await load;
  expect([code, stdout.includes('"lost":0')]).toEqual([0, expect.anything()]);
});

it('cancels and undoes running orders before it destroys, and deletes all versions of its archives', async () => {
  // The orders stay in their first wait until they are cancelled.
  const { outputs } = await deploy('--param', 'WarehouseWaitSeconds=600000');
  const { url } = await project.runJson('local', 'status');
  const samples = full ? ['low', 'high', 'fraud-review'] : ['low', 'fraud-review'];
  const ids = [];
  for (const sample of samples) {
    ids.push((await project.runJson('submit', '--sample', sample)).orderId);
  }
  const result = v.parse(
    destroySchema,
    await project.runJson('destroy', '--yes', '--running', 'cancel'),
  );
  expect(result).toMatchObject({ destroyed: true, cancelled: samples.length, stopped: 0 });
  const credentials = projectCredentials(project.root);
  const config = { endpoint: url, region: 'us-east-2', credentials };
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  for (const orderId of ids) {
    const { Item } = await tables.send(
      new GetCommand({ TableName: outputs['OrdersTableName'], Key: { orderId } }),
    );
    expect(Item).toMatchObject({ status: 'cancelled' });
    expect(['released', undefined]).toContain(Item?.['reservation']);
  }
  const bucket = artifactsBucketName(
    'lambda-durable-order-processing',
    '000000000000',
    'us-east-2',
  );
  const objects = new S3Client({ ...config, forcePathStyle: true });
  await expect(objects.send(new HeadBucketCommand({ Bucket: bucket }))).rejects.toMatchObject({
    name: 'NotFound',
  });
  expect(result.remains.map(({ kind }) => kind)).not.toContain('bucket');
});

it('deploys to a named environment, whose API requires signed requests', async () => {
  const { url } = await project.runJson('local', 'status');
  const { accessKeyId, secretAccessKey } = projectCredentials(project.root);
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  const here = project.with(keys, runCommand);
  const settings = ['--region', 'us-east-2', '--stack', 'orders-dev', '--endpoint', url];
  const unconfirmed = await here.orders('deploy', '-e', 'dev', ...settings);
  expect(unconfirmed.code).toBe(4);
  // The environment is not stored yet, so the command to repeat contains its settings.
  expect(unconfirmed.stderr).toContain(`orders deploy -e dev ${settings.join(' ')} --yes`);
  const deployed = await here.orders('deploy', '-e', 'dev', ...settings, '--yes', '--json');
  expect([deployed.code, deployed.stderr]).toEqual([
    0,
    expect.stringContaining('the API responds (404)'),
  ]);
  const { outputs } = v.parse(deploySchema, JSON.parse(deployed.stdout).data);
  const unsigned = await fetch(`${outputs['OrderApiEndpoint']}/orders/order-1`);
  expect([unsigned.status, await unsigned.json()]).toEqual([
    403,
    { message: 'Missing Authentication Token', requestId: expect.any(String) },
  ]);
  const again = async (...argv: string[]) => {
    const { stdout } = await here.orders('deploy', '-e', 'dev', '--yes', '--json', ...argv);
    return v.parse(deploySchema, JSON.parse(stdout).data);
  };
  if (full) expect(await again()).toMatchObject({ changed: false });
  // Changed code publishes a version, even if nothing else changes.
  rmSync(join(project.root, 'dist'));
  cpSync(built, join(project.root, 'dist'), { recursive: true });
  appendFileSync(join(project.root, 'dist/functions/order-workflow/index.mjs'), '\n// other\n');
  const { changes } = await again();
  expect(changes.map(({ action, kind }) => `${action} ${kind}`)).toEqual([
    'modify function',
    'add function version',
    'modify function alias',
    'modify function alias',
    'remove function version',
  ]);
  expect(changes.at(-1)).toMatchObject({ retained: true });
  if (full) {
    expect(await again('--param', 'LogLevel=DEBUG')).toMatchObject({ changed: true });
  }
  const order = ['submit', '-e', 'dev', '--sample', 'low', '--via', 'api', '--wait'];
  // This endpoint is a local runtime, so its waits are short.
  expect((await here.orders(...order)).code).toBe(0);
  expect((await here.orders('destroy', '-e', 'dev', '--yes')).code).toBe(0);
});
