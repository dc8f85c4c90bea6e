/**
 * `npm run bench` measures the start-up time of the program (as ratios to `node -e 0`), the local runtime's throughput (compared
 * with the baseline of `floor.ts`) and memory, and its latency. `npm run bench -- latency` measures only the latency,
 * `npm run bench -- suspended 1000 10000` the cost of waiting executions, and `npm run bench -- scale` compares a simulation of
 * higher rates with load tests. Compare only results of the same machine.
 */
import { program } from '../test/support/project-files.ts';
import { benchLatency } from './latency.ts';
import { createBenchProject } from './project.ts';
import { benchScale } from './scale.ts';
import { benchStartUp } from './start-up.ts';
import { benchSuspended } from './suspended.ts';
import { benchThroughput } from './throughput.ts';

const [mode, ...counts] = process.argv.slice(2);
const bench = createBenchProject();
try {
  if (mode === 'suspended') {
    await benchSuspended(bench, counts.length > 0 ? counts.map(Number) : [1_000, 10_000]);
  } else if (mode === 'latency') {
    await benchLatency(bench);
  } else if (mode === 'scale') {
    await benchScale(bench, counts[0] === 'short');
  } else {
    const id = bench.orders('submit', '--sample', 'low', '--wait', '-o', 'id').trim();
    benchStartUp(program, { project: bench.root, id });
    await benchThroughput(bench);
    await benchLatency(bench);
  }
} finally {
  bench.close();
}
