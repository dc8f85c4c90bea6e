import { expect, it } from 'vitest';
import { full } from '../support/full.ts';
import { runCrashTest } from './crash.ts';

const sizes = full ? { orders: 150, kills: 25 } : { orders: 12, kills: 4 };

it.each([full ? 1 : 4])(
  'loses and repeats nothing when the runtime and its environments are killed (seed %i)',
  async (seed) => {
    const { problems, writes, runtimeKills } = await runCrashTest({ seed, ...sizes });
    expect(problems).toEqual([]);
    expect(writes).toBeGreaterThan(0);
    expect(runtimeKills).toBeGreaterThan(0);
  },
  600_000,
);
