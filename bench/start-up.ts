import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Measurement, Part } from './measurement.ts';
import { median } from './statistics.ts';

interface MeasuredCommand {
  readonly name: string;
  readonly file: string;
  readonly argv: readonly string[];
  /** The folder of the project if absent. */
  readonly cwd?: string;
}

/** Measures how long commands take, as multiples of `node -e 0`. The commands alternate, so that other load affects all equally. */
export const startUp: Part = {
  async measure(bench, { startUps }) {
    const id = bench.orders('submit', '--sample', 'low', '--wait', '-o', 'id').trim();
    const pinned = join(bench.folder, 'node_modules/.bin/node');
    const node = existsSync(pinned) ? pinned : process.execPath;
    const orders = (name: string, ...argv: string[]): MeasuredCommand => ({
      name,
      file: bench.program,
      argv,
    });
    const commands: readonly MeasuredCommand[] = [
      { name: 'node -e 0', file: node, argv: ['-e', '0'] },
      orders('orders'),
      orders('orders --version', '--version'),
      orders('orders --help', '--help'),
      orders('orders get --nope', 'get', '--nope'),
      orders('orders submit', 'submit', '--sample', 'low'),
      orders('orders get', 'get', id),
      orders('orders list', 'list', '--limit', '1'),
      // npx finds this program only in the folder of its package. It must not install another one.
      {
        name: 'npx orders --version',
        file: 'npx',
        argv: ['--no', '--', 'orders', '--version'],
        cwd: bench.folder,
      },
    ];
    const times = new Map<string, number[]>(commands.map(({ name }) => [name, []]));
    for (let run = 0; run < startUps; run += 1) {
      for (const { name, file, argv, cwd = bench.root } of commands) {
        const startedAt = performance.now();
        const { error } = spawnSync(file, argv, {
          cwd,
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
