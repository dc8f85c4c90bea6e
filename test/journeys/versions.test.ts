import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pruneSchema, rollbackSchema, versionsSchema } from '../../src/cli/schemas/versions.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import type { Project } from '../support/project.ts';

let project: Project;
beforeAll(async () => {
  project = await createDeployedProject('--time-scale', '1');
  await project.runJson('inventory', 'set', 'BOOK-001', '100', '--create');
  for (const parameter of ['LogLevel=DEBUG', 'InitialStock=0']) {
    await project.runJson('deploy', '--param', parameter);
  }
});
afterAll(() => project.close());

const versions = async () =>
  v
    .parse(versionsSchema, await project.runJson('versions'))
    .filter(({ of }) => of === 'workflow')
    .map(
      ({ version, live, running }) =>
        `${version}${live ? ' live' : ''}${running ? ` ${running}` : ''}`,
    );

it('lists versions, rolls back without moving running orders, and prunes versions without running orders', async () => {
  await project.runJson('submit', '--sample', 'low');
  expect(await versions()).toEqual(['3 live 1', '2', '1']);
  const back = await project.orders('versions', 'rollback', '--json');
  expect(v.parse(rollbackSchema, JSON.parse(back.stdout).data)).toEqual({
    from: '3',
    to: '2',
    changed: true,
    missesStock: false,
  });
  await project.runJson('submit', '--sample', 'low');
  expect(await versions()).toEqual(['3 1', '2 live 1', '1']);
  await project.orders('versions', 'rollback', '3');
  const again = await project.orders('versions', 'rollback', '3');
  expect([again.code, again.stdout]).toEqual([0, '']);
  expect(again.stderr).toContain('version 3 is already live: nothing was changed');
  expect(await versions()).toEqual(['3 live 1', '2 1', '1']);

  const unsaid = await project.orders('versions', 'prune', '--keep', '1');
  expect([unsaid.code, unsaid.stderr]).toEqual([4, expect.stringContaining('→ local · ')]);
  const pruned = v.parse(
    pruneSchema,
    await project.runJson('versions', 'prune', '--keep', '1', '--yes'),
  );
  expect(pruned.removed.filter((version) => version.includes('-workflow:'))).toEqual([
    'lambda-durable-order-processing-workflow:1',
  ]);
  expect(await versions()).toEqual(['3 live 1', '2 1']);
  expect((await project.orders('versions', 'prune', '--keep', '1', '--dry-run')).stdout).toBe(
    'Nothing to prune.\n',
  );
});

it('lists the published versions for an unknown version', async () => {
  const { code, stderr } = await project.orders('versions', 'rollback', '99');
  expect(code).toBe(5);
  expect(stderr).toContain('Version "99" does not exist. Published: 3, 2.');
});

it('rejects products without stock if no default stock is configured', async () => {
  const { stdout, code } = await project.orders('submit', '--sample', 'high', '--wait', '--json');
  expect(code).toBe(10);
  expect(JSON.parse(stdout).data.end.failure).toMatchObject({
    stage: 'check-inventory',
    code: 'out-of-stock',
  });
});
