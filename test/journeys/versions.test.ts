import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pruneSchema, rollbackSchema, versionsSchema } from '../../src/cli/schemas/versions.ts';
import { aProject, type Project } from '../support/project.ts';

let project: Project;
beforeAll(async () => {
  project = aProject();
  await project.orders('local', 'start', '--time-scale', '1');
  for (const level of ['INFO', 'DEBUG', 'WARN', 'ERROR']) {
    await project.ask('deploy', '--param', `LogLevel=${level}`);
  }
});
afterAll(() => project.close());

const versions = async () =>
  v
    .parse(versionsSchema, await project.ask('versions'))
    .filter(({ of }) => of === 'workflow')
    .map(
      ({ version, live, running }) =>
        `${version}${live ? ' live' : ''}${running ? ` ${running}` : ''}`,
    );

it('lists the versions, rolls back with orders left where they are, and prunes what runs nothing', async () => {
  await project.ask('submit', '--sample', 'low');
  expect(await versions()).toEqual(['4 live 1', '3', '2', '1']);
  const back = await project.orders('versions', 'rollback', '--json');
  expect(v.parse(rollbackSchema, JSON.parse(back.stdout).data)).toEqual({ from: '4', to: '3' });
  await project.ask('submit', '--sample', 'low');
  expect(await versions()).toEqual(['4 1', '3 live 1', '2', '1']);
  await project.orders('versions', 'rollback', '2');
  expect(await versions()).toEqual(['4 1', '3 1', '2 live', '1']);

  const unsaid = await project.orders('versions', 'prune', '--keep', '1');
  expect([unsaid.code, unsaid.stderr]).toEqual([4, expect.stringContaining('→ local · ')]);
  const pruned = v.parse(
    pruneSchema,
    await project.ask('versions', 'prune', '--keep', '1', '--yes'),
  );
  expect(pruned.removed.filter((each) => each.includes('-workflow:'))).toEqual([
    'lambda-durable-order-processing-workflow:1',
  ]);
  expect(await versions()).toEqual(['4 1', '3 1', '2 live']);
  expect((await project.orders('versions', 'prune', '--keep', '1', '--dry-run')).stdout).toBe(
    'Nothing to prune.\n',
  );
});

it('says which versions there are to one that asks for another', async () => {
  const { code, stderr } = await project.orders('versions', 'rollback', '99');
  expect(code).toBe(5);
  expect(stderr).toContain('There is no version 99; those are 4, 3, 2.');
});
