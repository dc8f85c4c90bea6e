import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProject, type Project } from '../support/project.ts';

let project: Project;
beforeAll(async () => {
  project = createProject();
  await project.orders('local', 'start', '--time-scale', '1');
  for (const level of ['INFO', 'DEBUG', 'WARN']) {
    await project.runJson('deploy', '--param', `LogLevel=${level}`);
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
])('prints the target before it changes something: %s', async (command) => {
  const { stdout, stderr } = await project.orders(...command.split(' '));
  expect(`${stderr}${stdout}`).toMatch(/→ local|in local|→.*local \(time/);
});
