import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { makeProject, program } from '../test/support/project-files.ts';

/** A project of its own with a local runtime, and the stack deployed to it with waits near zero. */
export function aBenchProject() {
  const root = makeProject();
  const orders = (...argv: string[]) =>
    execFileSync(program, argv, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const ask = (...argv: string[]) => JSON.parse(orders(...argv, '--json')).data;

  orders('local', 'start');
  // A second of virtual time each: near nothing at the local runtime's speed.
  const waits = ['WarehouseWaitSeconds=1', 'PickupWaitSeconds=1'];
  const { outputs } = ask('deploy', ...waits.flatMap((wait) => ['--parameter', wait]));

  return {
    root,
    orders,
    outputs: outputs as Readonly<Record<string, string>>,
    status: (): { url: string; pid: number } => ask('local', 'status'),
    /** Stops the runtime and starts it again; the seconds that the start takes. */
    restart(): number {
      orders('local', 'stop');
      const began = performance.now();
      orders('local', 'start');
      return (performance.now() - began) / 1000;
    },
    close() {
      orders('local', 'stop');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export type Bench = ReturnType<typeof aBenchProject>;
