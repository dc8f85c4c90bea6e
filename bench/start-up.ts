import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Measurement, Part } from './measurement.ts';
import { median } from './statistics.ts';

/** Measures how long commands take, as multiples of `node -e 0`. The commands alternate, so that other load affects all equally. */
export const startUp: Part = {
  async measure(bench, { startUps }) {
    const id = bench.orders('submit', '--sample', 'low', '--wait', '-o', 'id').trim();
    const pinned = join(bench.folder, 'node_modules/.bin/node');
    const node = existsSync(pinned) ? pinned : process.execPath;
    const commands: readonly (readonly [string, string, readonly string[]])[] = [
      ['node -e 0', node, ['-e', '0']],
      ['orders --version', bench.program, ['--version']],
      ['orders --help', bench.program, ['--help']],
      ['orders get --nope', bench.program, ['get', '--nope']],
      ['orders submit', bench.program, ['submit', '--sample', 'low']],
      ['orders get', bench.program, ['get', id]],
    ];
    const times = new Map<string, number[]>(commands.map(([name]) => [name, []]));
    for (let run = 0; run < startUps; run += 1) {
      for (const [name, file, argv] of commands) {
        const startedAt = performance.now();
        const { error } = spawnSync(file, argv, {
          cwd: bench.root,
          env: bench.env,
          stdio: 'ignore',
        });
        if (error) throw error;
        times.get(name)?.push(performance.now() - startedAt);
        // Signals are handled between two commands.
        await nextTurn();
      }
    }
    const base = median(times.get('node -e 0') ?? []);
    return [...times].slice(1).map(
      ([name, durations]): Measurement => ({
        name: `${name} (x node -e 0)`,
        value: median(durations) / base,
        better: 'lower',
      }),
    );
  },
};
