import { afterAll, beforeAll, expect, it } from 'vitest';
import { aProject, type Project } from '../support/project.ts';

let project: Project;
beforeAll(async () => {
  project = aProject();
  await project.orders('local', 'start', '--time-scale', '1');
  for (const level of ['INFO', 'DEBUG', 'WARN']) {
    await project.ask('deploy', '--param', `LogLevel=${level}`);
  }
});
afterAll(() => project.close());

it.each([
  'submit --sample low',
  'cancel latest',
  'retry latest',
  'callback fail latest',
  'review approve latest',
  'review reject latest',
  'inventory set BOOK-001 5',
  'inventory adjust BOOK-001 --add 1',
  'inventory recount BOOK-001 --yes',
  'repair latest',
  'dead-letters redrive',
  'load-test --count 1 --timeout 1ms',
  'versions rollback',
  'versions prune --keep 1 --yes',
  'deploy',
  'destroy',
])('says where it is about to change something: %s', async (command) => {
  const { stdout, stderr } = await project.orders(...command.split(' '));
  expect(`${stderr}${stdout}`).toMatch(/→ local|in local|→.*local \(time/);
});
