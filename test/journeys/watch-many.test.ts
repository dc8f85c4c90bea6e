import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { full } from '../support/full.ts';
import { createProject, type Project } from '../support/project.ts';
import { startForTest } from '../support/start-for-test.ts';
import { runInTerminal } from '../support/terminal.ts';

const orders = 200;

/** Returns the CPU time of a process (ms). Linux counts in hundredths of a second. */
function cpuMs(pid: number): number {
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = after.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

describe.runIf(full)('many orders', () => {
  let project: Project;
  beforeAll(async () => {
    project = createProject();
    // In real time, no order ends before the last one is submitted.
    await project.orders('local', 'start', '--time-scale', '1', '--enforce-quotas');
    await project.runJson('deploy');
  });
  afterAll(() => project.close());

  it('are watched with little CPU time and within the quotas of an account', async () => {
    // A watch without a running order ends.
    await project.runJson('submit', '--sample', 'fraud-review');
    const size = ['--count', String(orders), '--rate', '20'];
    const load = startForTest(project, 'load-test', ...size, '--ui', 'quiet');
    load.stderr?.resume();
    const { terminal, until, raw, exit } = runInTerminal(project, ['watch', '--all'], {
      columns: 200,
      rows: 60,
    });
    const ended = new Promise((resolve) => load.on('exit', resolve));
    await until(`${orders + 1} running`);
    const before = { at: performance.now(), cpu: cpuMs(terminal.pid) };
    await Promise.race([ended, sleep(20_000)]);
    const share = (cpuMs(terminal.pid) - before.cpu) / (performance.now() - before.at);
    terminal.write('q');
    expect(await exit).toBe(130);
    load.kill('SIGKILL');
    expect(share).toBeLessThan(0.15);
    const text = stripVTControlCharacters(raw());
    expect(text).not.toContain('not visible');
    const used = [...text.matchAll(/reads (\d+\.\d)\/15 rps/g)].map(([, reads]) => Number(reads));
    expect(Math.max(...used)).toBeLessThanOrEqual(6);
  });
});
