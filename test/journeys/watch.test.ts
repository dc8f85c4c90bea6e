import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StreamRecord } from '../../src/cli/renderers.ts';
import { watchSchema } from '../../src/cli/schemas/watch.ts';
import { aProject, type Project } from '../support/project.ts';

let project: Project;
beforeAll(async () => {
  project = aProject();
  await project.orders('local', 'start', '--time-scale', '240');
  await project.ask('deploy');
});
afterAll(() => project.close());

async function records(...argv: string[]) {
  const { stdout, code } = await project.orders('watch', ...argv, '--json');
  const all = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StreamRecord);
  for (const record of all) v.parse(watchSchema, record);
  return { code, all };
}
const submit = async (sample: string): Promise<string> =>
  (await project.ask('submit', '--sample', sample)).orderId;

it('has nothing to watch when no order is on its way, and watches all that are', async () => {
  const none = await project.orders('watch', '--all');
  expect(none).toMatchObject({ code: 0, stdout: expect.stringMatching(/end orders=0 exit=0\n$/) });
  expect(none.stderr).toContain('No orders are on their way');
  const ids = await Promise.all(['low', 'multi', 'low'].map(submit));
  const { code, all } = await records('--all');
  expect(code).toBe(0);
  const ends = all.filter((each) => each.type === 'end' && 'orderId' in each);
  expect(new Set(ends.map((each) => 'orderId' in each && each.orderId))).toEqual(new Set(ids));
  const completed = all.filter((each) => each.type === 'status' && each.to === 'completed');
  expect(completed).toHaveLength(3);
}, 60_000);

it('looks no further than a status, and then tells in detail and with logs what happened', async () => {
  const orderId = await submit('low');
  expect((await records(orderId, '--until', 'awaiting-warehouse')).all.at(-1)).toMatchObject({
    ending: 'reached',
    exitCode: 0,
  });
  const { code, all } = await records(orderId, '--detail', '--with-logs');
  expect(code).toBe(0);
  const count = (type: string) => all.filter((each) => each.type === type).length;
  expect(count('step')).toBe(15);
  expect(count('wait')).toBe(4);
  expect(count('invocation')).toBeGreaterThanOrEqual(3);
  expect(count('log')).toBeGreaterThan(10);
  expect(all.at(-1)).toMatchObject({ type: 'end', ending: 'completed', invocations: 3 });
  // As if it had been watched, and in order.
  const later = (await records(orderId, '--detail')).all;
  const kinds = (each: StreamRecord[]) =>
    each.map(({ type }) => type).filter((type) => type !== 'log');
  expect(kinds(later).sort()).toEqual(kinds(all).sort());
  const times = later.slice(0, -1).map((each) => ('ts' in each ? each.ts : ''));
  expect(times).toEqual([...times].sort());
}, 60_000);

it('watches only those of a customer', async () => {
  await submit('low');
  const orderId = await submit('high');
  const { code, all } = await records('--customer', 'CUST-002', '--since', '1h');
  expect(code).toBe(0);
  const about = all.flatMap((each) => ('orderId' in each ? [each.orderId] : []));
  expect(new Set(about)).toEqual(new Set([orderId]));
}, 60_000);
