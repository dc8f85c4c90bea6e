import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listSchema } from '../../src/cli/schemas/list.ts';
import { full } from '../support/full.ts';
import { parseLoadReport } from '../support/load-report.ts';
import { createProject, type Project } from '../support/project.ts';
import { startForTest } from '../support/start-for-test.ts';

const timeScale = 60;
/** Orders that arrive per second. */
const rate = '2';
const outageMs = (30 * 60_000) / timeScale;

let project: Project;

describe.runIf(full)('an outage while orders arrive', () => {
  beforeAll(async () => {
    project = createProject();
    await project.orders('local', 'start', '--time-scale', String(timeScale));
    await project.runJson('deploy');
  });
  afterAll(() => project?.close());

  const list = async (...argv: string[]) =>
    v.parse(listSchema, await project.runJson('list', '--all', ...argv));

  async function startLoad(durationMs: number) {
    const seconds = Math.ceil(durationMs / 1000);
    const argv = [
      'load-test',
      '--rate',
      rate,
      '--duration',
      `${seconds}s`,
      '--mix',
      'low',
      '--json',
    ];
    const child = startForTest(project, ...argv);
    if (!child.stdout) throw new Error('the load test has no output');
    const output = text(child.stdout);
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { report: async () => parseLoadReport(await output), ended };
  }

  // Providers of an early and of a late stage.
  it.each(['payments', 'carrier'])(
    'of %s for 30 minutes fails no order, and charges each once',
    async (provider) => {
      expect((await project.orders('outage', 'start', provider)).code).toBe(0);
      const load = await startLoad(outageMs);
      await delay(outageMs);
      const isWaiting = async () => (await list('--waiting-for', provider)).length > 0;
      await vi.waitUntil(isWaiting);
      await project.orders('outage', 'stop', provider);
      const code = await load.ended;
      const { outcome, checks } = await load.report();
      expect([code, checks.filter(({ passed }) => !passed)]).toEqual([0, []]);
      expect(outcome).toMatchObject({ completed: outcome.submitted, failed: 0 });
    },
  );

  it('of five hours undoes the orders, notifies their customers, and leaves no dead-letter message', async () => {
    await project.orders('local', 'stop');
    await project.orders('local', 'start', '--time-scale', '600');
    await project.orders('outage', 'start', 'payments');
    // The load test ends with its last order, and reports the failed ones.
    expect(await (await startLoad(5000)).ended).toBe(99);
    await project.orders('outage', 'stop', 'payments');
    const failed = await list('--failed');
    expect(failed.length).toBeGreaterThan(0);
    for (const { failure, warnings } of failed) {
      expect([failure?.stage, warnings]).toEqual(['process-payment', undefined]);
    }
    expect((await project.runJson('list', '--verify')).mismatches).toEqual([]);
    expect(await project.runJson('dead-letters', 'list')).toEqual([]);
  });
});
