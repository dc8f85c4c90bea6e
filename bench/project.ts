import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { makeProject, program } from '../test/support/project-files.ts';

/** Length of each wait of an order (seconds of virtual time), which is almost nothing at the local time scale. */
export const waitSeconds = 1;

/** Creates a project with a running local runtime and a deployed stack whose waits are close to zero. */
export function createBenchProject() {
  const root = makeProject();
  const orders = (...argv: string[]) =>
    execFileSync(program, argv, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const readJson = (...argv: string[]) => JSON.parse(orders(...argv, '--json')).data;

  orders('local', 'start');
  const waits = [`WarehouseWaitSeconds=${waitSeconds}`, `PickupWaitSeconds=${waitSeconds}`];
  const { outputs } = readJson('deploy', ...waits.flatMap((wait) => ['--parameter', wait]));

  return {
    root,
    orders,
    outputs: outputs as Readonly<Record<string, string>>,
    status: (): { url: string; pid: number; timeScale: number } => readJson('local', 'status'),
    /** Restarts the runtime. Returns the duration of the start (seconds). */
    restart(): number {
      orders('local', 'stop');
      const startedAt = performance.now();
      orders('local', 'start');
      return (performance.now() - startedAt) / 1000;
    },
    close() {
      orders('local', 'stop');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export type Bench = ReturnType<typeof createBenchProject>;
