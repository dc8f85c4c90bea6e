import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aFreePort } from '../support/free-port.ts';
import { full } from '../support/full.ts';
import { reportOf } from '../support/load-report.ts';
import { aProject, type Project } from '../support/project.ts';
import { chanceOf } from '../support/random.ts';

const { count, kills, timeScale } = full
  ? { count: 500, kills: 6, timeScale: 60 }
  : { count: 40, kills: 2, timeScale: 240 };
const faults = ['--inject', 'throttle=5%,error=1%'];
const mix = 'low=60,high=20,multi=10,damaged=5,payment-hiccup=5';

let project: Project;
/** A port of its own: while it is killed, another runtime must not take its place. */
let start: readonly string[];
beforeAll(async () => {
  project = aProject();
  start = ['local', 'start', '--port', String(await aFreePort())];
  await project.orders(...start, '--time-scale', String(timeScale));
  await project.ask('deploy');
  await project.orders(...start, ...faults);
});
afterAll(() => project.close());

/** Kills the runtime without a word and starts it again, so many times or until `isOver`. */
async function killAround(isOver: () => boolean): Promise<number> {
  const chance = chanceOf(1);
  let killed = 0;
  while (killed < kills && !isOver()) {
    await delay(full ? chance.between(5000, 30_000) : chance.between(700, 1500));
    if (isOver()) break;
    await project.killRuntime();
    const { code, stderr } = await project.orders(...start, ...faults);
    expect([code, stderr]).toEqual([0, expect.anything()]);
    killed += 1;
  }
  return killed;
}

it(
  `finds nothing lost or doubled of ${count} orders when services refuse and the runtime is killed`,
  async () => {
    const test = project.start('load-test', '--count', String(count), '--mix', mix, '--json');
    let stdout = '';
    test.stdout?.on('data', (text) => {
      stdout += String(text);
    });
    await once(test.stdout ?? test, 'data');
    const over = once(test, 'close');
    const killed = await killAround(() => test.exitCode !== null);
    await over;
    const { cut, checks, outcome, tool } = reportOf(stdout);
    expect(killed).toBeGreaterThan(0);
    expect(cut).toBeUndefined();
    // Orders that the runtime did not take while it was down are errors of the infrastructure, and nothing else is wrong.
    const wrong = checks.filter(({ id }) => id !== 'accepted').flatMap(({ faults: each }) => each);
    expect(wrong).toEqual([]);
    const refused = Object.values(outcome.errors).reduce((sum, each) => sum + each, 0);
    expect(outcome).toMatchObject({ submitted: count, running: 0 });
    expect(outcome.completed + outcome.failed + refused).toBe(count);
    // What an order takes of the test's memory, besides what the program is without any.
    expect(tool.peakMemoryBytes).toBeLessThan(200e6 + count * 80e3);
  },
  full ? 900_000 : 120_000,
);
