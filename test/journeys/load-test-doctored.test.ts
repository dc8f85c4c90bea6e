import { cpSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { full } from '../support/full.ts';
import { reportOf } from '../support/load-report.ts';
import { aProject, type Project } from '../support/project.ts';

/** What keeps a product from being reserved more often than there are pieces of it. */
const guard =
  '(attribute_not_exists(available) AND :initial >= :quantity) OR available >= :quantity';
const none =
  '(attribute_not_exists(available) AND :initial >= :quantity) OR attribute_exists(available)';

let project: Project;
beforeAll(async () => {
  project = aProject();
  const dist = join(project.root, 'dist');
  const built = realpathSync(dist);
  rmSync(dist);
  cpSync(built, dist, { recursive: true });
  const bundle = join(dist, 'functions/order-workflow/index.mjs');
  const code = readFileSync(bundle, 'utf8');
  if (!code.includes(guard)) throw new Error('The bundle has no guard to take out');
  writeFileSync(bundle, code.replace(guard, none));
  await project.ask('deploy');
});
afterAll(() => project.close());

it.runIf(full)(
  'names the product that a function sells more often than there are pieces of it',
  async () => {
    await project.ask('inventory', 'set', 'BOOK-001', '6');
    const argv = ['load-test', '--count', '12', '--mix', 'low', '--json'];
    const { code, stdout } = await project.orders(...argv);
    const { checks } = reportOf(stdout);
    expect(checks.find(({ id }) => id === 'stock')?.faults).toContainEqual({
      productId: 'BOOK-001',
      message: expect.stringMatching(/^oversold: \d+ pieces more than there were$/) as string,
    });
    expect(code).toBe(99);
  },
  60_000,
);
