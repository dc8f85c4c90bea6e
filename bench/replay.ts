import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createDriver } from './driver.ts';
import type { Part } from './measurement.ts';

/** Measures `orders replay`: reading the histories of orders, and replaying the stored recordings. */
export const replay: Part = {
  findMissing: (bench) =>
    bench.hasHelp(['replay'], '--from') ? undefined : 'there is no `orders replay --from`',
  async measure(bench, { replayedOrders }) {
    await createDriver(bench)(replayedOrders);
    const folder = join(bench.root, 'recordings');
    rmSync(folder, { recursive: true, force: true });
    const measure = (...argv: string[]) => {
      const startedAt = performance.now();
      bench.orders('replay', ...argv);
      return (replayedOrders * 1000) / (performance.now() - startedAt);
    };
    const sample = ['--since', '1d', '--sample', String(replayedOrders)];
    const read = measure(...sample, '--read-rate', '1000', '--save', folder);
    return [
      { name: 'replay of executions (orders/s)', value: read, better: 'higher' },
      {
        name: 'replay of recordings (orders/s)',
        value: measure('--from', folder),
        better: 'higher',
      },
    ];
  },
};
