import { cpSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { full } from '../support/full.ts';
import { parseLoadReport } from '../support/load-report.ts';
import { createProject, type Project } from '../support/project.ts';

/** End of the condition that prevents overselling a product. */
const guard = 'OR ":""}available >= :quantity';
const faultyGuard = 'OR ":""}attribute_exists(available)';

let project: Project;
beforeAll(async () => {
  project = createProject();
  const dist = join(project.root, 'dist');
  const built = realpathSync(dist);
  rmSync(dist);
  cpSync(built, dist, { recursive: true });
  const bundle = join(dist, 'functions/order-workflow/index.mjs');
  const code = readFileSync(bundle, 'utf8');
  if (!code.includes(guard)) throw new Error('The bundle does not contain the guard');
  writeFileSync(bundle, code.replace(guard, faultyGuard));
  await project.runJson('deploy');
});
afterAll(() => project.close());

it.runIf(full)(
  'names the product that a faulty function oversells',
  async () => {
    await project.runJson('inventory', 'set', 'BOOK-001', '6', '--create');
    const argv = ['load-test', '--count', '12', '--mix', 'low', '--json'];
    const { code, stdout } = await project.orders(...argv);
    const { checks } = parseLoadReport(stdout);
    expect(checks.find(({ id }) => id === 'stock')?.faults).toContainEqual({
      productId: 'BOOK-001',
      message: expect.stringMatching(/^oversold by \d+ units$/) as string,
    });
    expect(code).toBe(99);
  },
  60_000,
);
