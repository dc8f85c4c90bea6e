/**
 * `npm run bench` measures the start-up of commands, throughput and memory beside the floor of `floor.ts`, latency, replay, and time
 * scale. Compare only results of the same run.
 *
 * `npm run bench -- [PART...] [--against REF] [--pairs N] [--in-flight N,N] [--short]`. `--against` compares this checkout with a commit.
 * The parts `suspended [COUNT...]` (cost of waiting executions) and `scale` (simulation of higher rates) run only if they are named.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { buildCheckout, thisCheckout } from './checkout.ts';
import { cleanUp, cleanUpOnSignals } from './cleanup.ts';
import { compare } from './compare.ts';
import { latency } from './latency.ts';
import type { Part } from './measurement.ts';
import { type BenchOptions, type ComparedPart, comparedParts, parseOptions } from './options.ts';
import { createBenchProject } from './project.ts';
import { replay } from './replay.ts';
import { benchScale } from './scale.ts';
import { startUp } from './start-up.ts';
import { benchSuspended } from './suspended.ts';
import { benchFloor, throughput } from './throughput.ts';
import { timeScale } from './time-scale.ts';

const parts: Readonly<Record<ComparedPart, Part>> = {
  'start-up': startUp,
  throughput,
  latency,
  replay,
  'time-scale': timeScale,
};

/** Runs the parts on this checkout sequentially, and prints their measurements. */
async function benchThisCheckout({ parts: names, sizes, isShort }: BenchOptions): Promise<void> {
  const bench = createBenchProject();
  for (const name of names) {
    console.log(`\n${name}`);
    if (name === 'throughput') await benchFloor(bench, sizes);
    else if (name === 'suspended') await benchSuspended(bench, { ...sizes, isShort });
    else if (name === 'scale') await benchScale(bench, isShort);
    else {
      for (const { name: measured, value } of await parts[name].measure(bench, sizes)) {
        console.log(`  ${measured.padEnd(40)} ${value.toFixed(2)}`);
      }
    }
  }
}

/** Returns the options. Prints an error in them and ends with exit code 2. */
function readOptions(): BenchOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

const options = readOptions();
cleanUpOnSignals();
try {
  if (options.against === undefined) await benchThisCheckout(options);
  else {
    await compare([thisCheckout, await buildCheckout(options.against)], {
      parts: comparedParts
        .filter((name) => options.parts.includes(name))
        .map((name) => [name, parts[name]]),
      pairs: options.pairs,
      sizes: options.sizes,
    });
  }
} finally {
  cleanUp();
  // Ctrl-C also ends a command that the bench waits for. Its error is not printed: the signal ends the bench first.
  await nextTurn();
}
// Idle connections to stopped runtimes do not delay the end.
process.exit();
