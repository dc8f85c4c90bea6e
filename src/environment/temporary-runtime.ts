import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localName } from './choose-environment.ts';
import { deployableRoot, projectRoot } from './project.ts';
import { resolveTarget } from './resolve-target.ts';
import type { Target } from './target.ts';

/** Time scale of a temporary runtime. Nothing that is measured depends on the wall time of waits. */
const timeScale = 600;

/**
 * Runs `use` on a temporary runtime that has the project's template and bundles and an empty store, and that counts the
 * operations that AWS would bill. Deletes the runtime and its data afterwards.
 */
export async function withTemporaryRuntime<T>(
  cwd: string,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const { ensureRuntime, stopRuntime } = await import('../local/runtime/launch.ts');
  const project = deployableRoot(projectRoot(cwd));
  const root = mkdtempSync(join(tmpdir(), 'orders-cost-'));
  try {
    writeFileSync(join(root, 'orders.config.json'), '{}\n');
    for (const name of ['template.yaml', 'dist'])
      symlinkSync(join(project, name), join(root, name));
    const settings = { timeScale, port: 0, metered: true };
    const target = await resolveTarget(
      { env: localName },
      { cwd: root, variables: {}, ensureRuntime: () => ensureRuntime(root, settings) },
    );
    return await use(target);
  } finally {
    await stopRuntime(root);
    rmSync(root, { recursive: true, force: true });
  }
}
