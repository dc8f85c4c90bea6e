/** `npm run test:crash -- [--seed N] [--orders N] [--kills N]`: runs three seeds by default, and exits with 1 if it finds a problem. */
import { parseArgs } from 'node:util';
import { runCrashTest } from './crash.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', multiple: true, default: ['1', '2', '3'] },
    orders: { type: 'string', default: '300' },
    kills: { type: 'string', default: '50' },
  },
});

for (const seed of values.seed) {
  const report = await runCrashTest({
    seed: Number(seed),
    orders: Number(values.orders),
    kills: Number(values.kills),
  });
  const {
    orders,
    runtimeKills,
    environmentKills,
    pauses,
    slowestStart,
    seconds,
    writes,
    problems,
  } = report;
  console.log(
    `seed ${seed}: ${orders} orders, ${runtimeKills} kills of the runtime and ${environmentKills} of environments, ${pauses} pauses, ` +
      `slowest restart ${slowestStart.toFixed(0)} ms, ${writes} writes, ${seconds.toFixed(0)} s, ${problems.length} problems`,
  );
  for (const problem of problems) console.log(`  ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
