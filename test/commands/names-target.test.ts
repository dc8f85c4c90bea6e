import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';

const commands = [
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
];

// In the short run, journeys expect the line of `versions prune` and of `load-test`.
describe.runIf(full)('a command that changes something', () => {
  let project: Project;
  beforeAll(async () => {
    project = await createDeployedProject('--time-scale', '1');
    // `versions` needs more than one version.
    for (const level of ['DEBUG', 'WARN']) {
      await project.runJson('deploy', '--param', `LogLevel=${level}`);
    }
  });
  afterAll(() => project.close());

  it.each(commands)('prints the target before: %s', async (command) => {
    const { stdout, stderr } = await project.orders(...command.split(' '));
    expect(`${stderr}${stdout}`).toMatch(/→ local|in local|→.*local \(time/);
  });
});
