import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { full } from '../support/full.ts';

// The measurement of processors needs /proc.
it.runIf(full && process.platform === 'linux')(
  'compares load tests with their simulation, and simulates the curve of an account',
  { timeout: 300_000 },
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      'bench/bench.ts',
      'scale',
      'short',
    ]);
    expect(stdout).toMatch(/^ +5 +\d+\.\d\d +\d+\.\d\d, \d+\.\d\d \([+-]?\d+\.\d %\)/m);
    expect(stdout).toMatch(/default quotas\n.*\n +10 +\d+ +0 +\d+ +\d+ +none\n/);
    expect(stdout).toMatch(/^ +500 .* starts \d+/m);
    expect(stdout).toMatch(/raised quotas, warm\n.*\n( +\d+ +\d+ +0 +\d+ +\d+ +none\n){4}/);
  },
);
