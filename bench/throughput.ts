import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { repository } from '../test/support/project-files.ts';
import { atEnd } from './cleanup.ts';
import { createDriver } from './driver.ts';
import { startFloor } from './floor.ts';
import type { Part } from './measurement.ts';
import { readPssMb } from './memory.ts';
import type { Sizes } from './options.ts';
import type { Bench } from './project.ts';
import { median } from './statistics.ts';

/** Small numbers in flight are repeated until at least this many orders have been measured. */
const minOrders = 10;

/** Measures the throughput for several numbers of orders in flight, and the memory that the runtime and its functions then use. */
export const throughput: Part = {
  async measure(bench, { warmUp, inFlight }) {
    const drive = createDriver(bench);
    await drive(warmUp);
    const rates: { count: number; rate: number; memoryMb: number }[] = [];
    for (const count of inFlight) {
      const runs: Awaited<ReturnType<typeof drive>>[] = [];
      while (runs.length * count < minOrders) runs.push(await drive(count));
      const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
      const memoryMb = Math.max(...runs.map((run) => run.memoryMb));
      rates.push({ count, rate: (runs.length * count) / seconds, memoryMb });
    }
    return [
      ...rates.map(({ count, rate }) => ({
        name: `${count} in flight (orders/s)`,
        value: rate,
        better: 'higher' as const,
      })),
      ...rates.map(({ count, memoryMb }) => ({
        name: `${count} in flight, memory (MB PSS)`,
        value: memoryMb,
        better: 'lower' as const,
      })),
    ];
  },
};

/**
 * Prints the throughput of this checkout beside the floor, as the median of alternating runs, that of LocalDurableTestRunner, and the
 * memory of the runtime and its functions.
 */
export async function benchFloor(bench: Bench, sizes: Sizes): Promise<void> {
  const floor = startFloor({
    directory: bench.root,
    bundle: join(repository, 'dist/functions/order-workflow'),
    bootstrap: join(repository, 'dist/bootstrap.js'),
    event: bench.formatOrder('floor'),
  });
  atEnd(() => floor.close());
  const drive = createDriver(bench);
  await floor.run(2 * sizes.warmUp);
  await drive(2 * sizes.warmUp);
  let maxMemoryMb = 0;
  for (const count of sizes.inFlight) {
    const runtimeRates: number[] = [];
    const floorRates: number[] = [];
    for (let round = 0; round < (count > 200 ? 1 : sizes.rounds); round += 1) {
      floorRates.push(count / (await floor.run(count)));
      const { seconds, memoryMb } = await drive(count);
      runtimeRates.push(count / seconds);
      maxMemoryMb = Math.max(maxMemoryMb, memoryMb);
    }
    const [runtimeRate, floorRate] = [median(runtimeRates), median(floorRates)];
    console.log(
      `  ${String(count).padStart(4)} in flight  ${runtimeRate.toFixed(1)} orders/s, ${(runtimeRate / floorRate).toFixed(2)} of the floor's ${floorRate.toFixed(1)}`,
    );
  }
  floor.close();
  const runner = execFileSync(process.execPath, [
    join(repository, 'bench/test-runner.ts'),
    String(sizes.testRunnerOrders),
  ]);
  console.log(
    `  under LocalDurableTestRunner, one after another: ${String(runner).trim()} orders/s`,
  );
  const { pid } = bench.status();
  console.log(
    `  memory, maximum PSS of runtime and functions: ${maxMemoryMb.toFixed(0)} MB (runtime ${readPssMb(pid).toFixed(0)} MB)`,
  );
}
