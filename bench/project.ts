import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { makeProject, program } from '../test/support/project-files.ts';

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
  // One second of virtual time is almost nothing at the local time scale.
  const waits = ['WarehouseWaitSeconds=1', 'PickupWaitSeconds=1'];
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
