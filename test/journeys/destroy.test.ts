import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploySchema } from '../../src/cli/schemas/deploy.ts';
import { destroySchema } from '../../src/cli/schemas/destroy.ts';
import { aProject, type Project } from '../support/project.ts';

let project: Project;
beforeAll(async () => {
  project = aProject();
  // Real time: an order stays in its first wait as long as it takes.
  await project.orders('local', 'start', '--time-scale', '1');
});
afterAll(() => project.close());

const destroyed = async (...argv: string[]) =>
  v.parse(destroySchema, await project.ask('destroy', ...argv));

it('has nothing to destroy where nothing is deployed, as often as it is asked', async () => {
  for (let times = 0; times < 2; times++) {
    const { code, stdout } = await project.orders('destroy', '--yes');
    expect(stdout).toMatch(/^Nothing to destroy/);
    expect(code).toBe(0);
  }
  expect(await destroyed('--yes')).toMatchObject({ destroyed: false, deleted: [], remains: [] });
});

it('says what it would delete, and exits 4 with the flags that answer where nobody can', async () => {
  const deployed = v.parse(deploySchema, await project.ask('deploy'));
  expect(v.parse(deploySchema, await project.ask('deploy')).changed).toBe(false);
  const { code, stdout, stderr } = await project.orders('destroy');
  expect(stderr).toContain('lambda-durable-order-processing-workflow');
  expect(stderr).toMatch(
    new RegExp(`It keeps.*\\n {2}5 tables {2}${deployed.outputs['OrdersTableName']}`),
  );
  expect(stderr).toContain('--confirm local');
  expect(stderr).toContain('--yes');
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  expect((await project.orders('destroy', '--confirm', 'loca')).code).toBe(4);
});

it('leaves orders on their way alone unless it is told to end them', async () => {
  await project.orders('submit', '--sample', 'low', '--id', 'web-1');
  for (const more of [[], ['--running', 'abort']]) {
    const { code, stderr } = await project.orders('destroy', '--yes', ...more);
    expect(stderr).toContain('1 order is still running in local; nothing was changed');
    expect(stderr).toContain('--running cancel');
    expect(code).toBe(6);
  }
  expect((await project.ask('get', 'web-1')).execution.status).toBe('RUNNING');
});

it('stops them as they are when forced, shows the stack go, and names what is still there', async () => {
  const { OrdersTableName } = v.parse(deploySchema, await project.ask('deploy')).outputs;
  const argv = ['destroy', '--confirm', 'local', '--force', '--json'];
  const { code, stdout, stderr } = await project.orders(...argv);
  const result = v.parse(destroySchema, JSON.parse(stdout).data);
  expect(stderr).toMatch(/stop 1 order stopped\n/);
  expect(stderr).toMatch(/OrderProcessingFunction DELETE_COMPLETE/);
  expect(stderr).toMatch(/OrdersTable DELETE_SKIPPED/);
  expect(result).toMatchObject({ destroyed: true, orders: 1, stopped: 1 });
  expect(result.remains).toContainEqual({
    kind: 'table',
    name: OrdersTableName,
    remove: 'orders local reset --yes',
  });
  expect(result.remains.map(({ kind }) => kind)).not.toContain('bucket');
  expect(code).toBe(0);
});

it('lets submit deploy again by itself, an id of before included', async () => {
  const { stdout, stderr, code } = await project.orders(
    'submit',
    '--sample',
    'low',
    '--id',
    'web-1',
  );
  expect(stderr).toContain('for the first time');
  expect(stdout).toContain('web-1 accepted');
  expect(code).toBe(0);
  const { execution, order } = await project.ask('get', 'web-1');
  expect(execution.status).toBe('RUNNING');
  expect(order?.executionArn ?? execution.arn).toBe(execution.arn);
  const cache = readFileSync(join(project.root, '.orders/cache/local.outputs.json'), 'utf8');
  const listed = v.parse(deploySchema, await project.ask('deploy'));
  expect(cache).toContain(listed.outputs['OrdersTableName']);
});
