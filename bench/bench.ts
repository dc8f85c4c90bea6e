/**
 * `npm run bench`: start-up of the program as ratios to `node -e 0`, and the local runtime's orders a second beside the
 * floor, with the memory of all its processes. `npm run bench -- suspended 1000 10000`: what waiting executions cost. Ratios of
 * one run are comparable; figures of two machines are not.
 */
import { program } from '../test/support/project-files.ts';
import { aBenchProject } from './project.ts';
import { startUp } from './start-up.ts';
import { suspended } from './suspended.ts';
import { throughput } from './throughput.ts';

const [what, ...counts] = process.argv.slice(2);
const bench = aBenchProject();
try {
  if (what === 'suspended') {
    await suspended(bench, counts.length > 0 ? counts.map(Number) : [1_000, 10_000]);
  } else {
    const id = bench.orders('submit', '--sample', 'low', '--wait', '-o', 'id').trim();
    startUp(program, { project: bench.root, id });
    await throughput(bench);
  }
} finally {
  bench.close();
}
