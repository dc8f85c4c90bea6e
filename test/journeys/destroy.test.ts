import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploySchema } from '../../src/cli/schemas/deploy.ts';
import { destroySchema } from '../../src/cli/schemas/destroy.ts';
import { type DeployedProject, startDeployed } from '../support/deployed-project.ts';
import { createProject, type Project } from '../support/project.ts';

/** Real time: an order stays in its first wait for the whole test. */
const timeScale = ['--time-scale', '1'];
let project: Project;
let outputs: DeployedProject['outputs'];
beforeAll(async () => {
  project = createProject();
  await project.orders('local', 'start', ...timeScale);
});
afterAll(() => project.close());

const destroyed = async (...argv: string[]) =>
  v.parse(destroySchema, await project.runJson('destroy', ...argv));

it('reports that there is nothing to destroy, repeatedly', async () => {
  for (let times = 0; times < 2; times++) {
    const { code, stdout } = await project.orders('destroy', '--yes');
    expect(stdout).toMatch(/^Nothing to destroy/);
    expect(code).toBe(0);
  }
  expect(await destroyed('--yes')).toMatchObject({ destroyed: false, deleted: [], remains: [] });
});

it('lists what it would delete, and exits 4 with the confirmation flags if it cannot prompt', async () => {
  await project.orders('local', 'reset', '--yes');
  ({ outputs } = await startDeployed(project, timeScale));
  const { code, stdout, stderr } = await project.orders('destroy');
  expect(stderr).toContain('lambda-durable-order-processing-workflow');
  expect(stderr).toMatch(
    new RegExp(`The template retains:\\n {2}5 tables {2}${outputs.OrdersTableName}`),
  );
  expect(stderr).toContain('--confirm local');
  expect(stderr).toContain('--yes');
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  expect((await project.orders('destroy', '--confirm', 'loca')).code).toBe(4);
});

it('does not touch running orders without a flag', async () => {
  await project.orders('submit', '--sample', 'low', '--id', 'web-1');
  for (const more of [[], ['--running', 'abort']]) {
    const { code, stderr } = await project.orders('destroy', '--yes', ...more);
    expect(stderr).toContain('1 order is still running in local; nothing was changed');
    expect(stderr).toContain('--running cancel');
    expect(code).toBe(6);
  }
  expect((await project.runJson('get', 'web-1')).execution.status).toBe('RUNNING');
});

it('stops orders without undo if forced, shows the deletion, and lists the leftovers', async () => {
  const argv = ['destroy', '--confirm', 'local', '--force', '--json'];
  const { code, stdout, stderr } = await project.orders(...argv);
  const result = v.parse(destroySchema, JSON.parse(stdout).data);
  expect(stderr).toMatch(/stop 1 order stopped\n/);
  expect(stderr).toMatch(/OrderProcessingFunction DELETE_COMPLETE/);
  expect(stderr).toMatch(/OrdersTable DELETE_SKIPPED/);
  expect(result).toMatchObject({ destroyed: true, orders: 1, stopped: 1 });
  expect(result.remains).toContainEqual({
    kind: 'table',
    name: outputs.OrdersTableName,
    remove: 'orders local reset --yes',
  });
  expect(result.remains.map(({ kind }) => kind)).not.toContain('bucket');
  expect(code).toBe(0);
});

it('lets submit deploy again automatically and reuse an earlier order id', async () => {
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
  const { execution, order } = await project.runJson('get', 'web-1');
  expect(execution.status).toBe('RUNNING');
  expect(order?.executionArn ?? execution.arn).toBe(execution.arn);
  const cache = readFileSync(join(project.root, '.orders/cache/local.outputs.json'), 'utf8');
  const listed = v.parse(deploySchema, await project.runJson('deploy'));
  expect(cache).toContain(listed.outputs['OrdersTableName']);
});
