/**
 * `npm run bench`: start-up of the program as ratios to `node -e 0`, and the local runtime's orders a second beside the
 * floor, with the memory of all its processes. Ratios of one run are comparable; figures of two machines are not.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startUp } from './start-up.ts';
import { throughput } from './throughput.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const program = join(repository, 'bin/orders');
const project = mkdtempSync(join(tmpdir(), 'orders-bench-'));
cpSync(join(repository, 'template.yaml'), join(project, 'template.yaml'));
for (const name of ['functions', 'dist']) symlinkSync(join(repository, name), join(project, name));

const orders = (...argv: string[]) =>
  execFileSync(program, argv, {
    cwd: project,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
const ask = (...argv: string[]) => JSON.parse(orders(...argv, '--json')).data;

try {
  orders('local', 'start');
  // A second of virtual time each: near nothing at the local runtime's speed.
  const waits = ['WarehouseWaitSeconds=1', 'PickupWaitSeconds=1'];
  const { outputs } = ask('deploy', ...waits.flatMap((wait) => ['--parameter', wait]));
  const { url, pid } = ask('local', 'status');
  const id = orders('submit', '--sample', 'low', '--wait', '-o', 'id').trim();
  startUp(program, { project, id });
  await throughput({ repository, project, url, pid, outputs });
} finally {
  orders('local', 'stop');
  rmSync(project, { recursive: true, force: true });
}
