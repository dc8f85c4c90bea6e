import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createProject } from '../../support/project.ts';

it('starts a runtime with the code that an earlier one has compiled', async () => {
  const project = createProject();
  onTestFinished(() => project.close());
  // Node reports its use of compiled code on stderr, which is the log of the runtime.
  const { orders } = project.with({ NODE_DEBUG_NATIVE: 'COMPILE_CACHE' });
  await orders('local', 'start');
  await orders('local', 'stop');
  await orders('local', 'start');
  const log = readFileSync(join(project.root, '.orders/local/runtime.log'), 'utf8');
  expect(log).toMatch(/cache for ESM \S*\/runtime\.js was accepted/);
});
