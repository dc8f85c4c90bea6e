import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeployedProject } from '../support/deployed-project.ts';
import { findFreePort } from '../support/free-port.ts';
import { full } from '../support/full.ts';
import { parseLoadReport } from '../support/load-report.ts';
import type { Project } from '../support/project.ts';
import { createRandom } from '../support/random.ts';
import { startForTest } from '../support/start-for-test.ts';

const count = 150;
const kills = 4;
const faults = ['--inject', 'throttle=5%,error=1%'];
const mix = 'low=60,high=20,multi=10,damaged=5,payment-transient=5';

let project: Project;
/** Start command with a fixed port, which no other runtime takes while this one is killed. */
let start: readonly string[];

/** Kills and restarts the runtime `kills` times or until `isOver`. Returns how often. */
async function killRepeatedly(isOver: () => boolean): Promise<number> {
  const random = createRandom(1);
  let killed = 0;
  while (killed < kills && !isOver()) {
    await delay(random.between(3000, 12_000));
    if (isOver()) break;
    await project.killRuntime();
    const { code, stderr } = await project.orders(...start, ...faults);
    expect([code, stderr]).toEqual([0, expect.anything()]);
    killed += 1;
  }
  return killed;
}

// The short run kills the runtime under orders in the crash test, without the load test's own checks.
describe.runIf(full)('a load test through a storm', () => {
  beforeAll(async () => {
    const port = ['--port', String(await findFreePort())];
    start = ['local', 'start', ...port];
    project = await createDeployedProject(...port, ...faults);
  });
  afterAll(() => project?.close());

  it(`loses and duplicates none of ${count} orders when services throttle and fail and the runtime is killed`, async () => {
    const test = startForTest(
      project,
      'load-test',
      '--count',
      String(count),
      '--mix',
      mix,
      '--json',
    );
    let stdout = '';
    test.stdout?.on('data', (text) => {
      stdout += String(text);
    });
    await once(test.stdout ?? test, 'data');
    const closed = once(test, 'close');
    const killed = await killRepeatedly(() => test.exitCode !== null);
    await closed;
    const { cut, checks, outcome, tool } = parseLoadReport(stdout);
    expect(killed).toBeGreaterThan(0);
    expect(cut).toBeUndefined();
    // Orders submitted while the runtime was down are infrastructure errors. All other checks pass.
    const others = checks.filter(({ id }) => id !== 'accepted');
    expect(others.flatMap((check) => check.faults)).toEqual([]);
    const refused = Object.values(outcome.errors).reduce((sum, errors) => sum + errors, 0);
    expect(outcome).toMatchObject({ submitted: count, running: 0 });
    expect(outcome.completed + outcome.failed + refused).toBe(count);
    // Memory of the program itself, plus the memory per order.
    expect(tool.peakMemoryBytes).toBeLessThan(200e6 + count * 80e3);
  });
});
