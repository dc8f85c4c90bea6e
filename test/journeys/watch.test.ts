import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CloudFormationClient, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchSchema } from '../../src/cli/schemas/watch.ts';
import type { StreamRecord } from '../../src/cli/watch/renderers.ts';
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

const decide = (orderId: string, decision: 'approve' | 'reject') =>
  project.orders('review', decision, orderId, '--note', 'test');

it.each([
  ['completes', 'low', 0, undefined],
  ['fails', 'damaged', 10, undefined],
  ['is cancelled', 'fraud-review', 12, (id: string) => project.orders('cancel', id)],
  ['is rejected', 'fraud-review', 10, (id: string) => decide(id, 'reject')],
] as const)(
  'exits as an order that %s while it is watched, and the same afterwards',
  async (_how, sample, exit, end) => {
    const orderId = await submit(sample);
    const watching = project.start('watch', orderId);
    const said = text(watching.stdout as Readable);
    if (end) await once(watching.stdout as Readable, 'data');
    await end?.(orderId);
    await once(watching, 'close');
    expect(watching.exitCode).toBe(exit);
    const later = await project.orders('watch', orderId);
    expect(later.code).toBe(exit);
    // What went wrong with an execution may have been seen a moment later than the statuses around it.
    const lines = (all: string) => all.trim().split('\n').sort();
    expect(lines(later.stdout)).toEqual(lines(await said));
  },
  60_000,
);

it('ends quietly when its reader goes away, and lets the order go on', async () => {
  const orderId = await submit('fraud-review');
  const watching = project.start('watch', orderId, '--json');
  const exit = once(watching, 'exit');
  watching.stdout?.once('data', () => watching.stdout?.destroy());
  // What comes next has no reader.
  await decide(orderId, 'approve');
  const [code] = await exit;
  expect(code).toBe(0);
}, 60_000);

it('leaves at once at Ctrl-C also while nothing answers, and names the command to come back', async () => {
  const orderId = await submit('fraud-review');
  const { pid } = await project.ask('local', 'status');
  const watching = project.start('watch', orderId);
  const complaint = text(watching.stderr as Readable);
  await once(watching.stdout as Readable, 'data');
  process.kill(pid, 'SIGSTOP');
  try {
    watching.kill('SIGINT');
    await once(watching, 'exit');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  expect(watching.exitCode).toBe(130);
  expect(await complaint).toContain(`orders watch ${orderId}`);
}, 60_000);

it('exits 5 when the stack of an order is destroyed while it is watched', async () => {
  const orderId = await submit('fraud-review');
  const watching = project.start('watch', orderId, '--json');
  const said = text(watching.stdout as Readable);
  await once(watching.stdout as Readable, 'data');
  const { url } = await project.ask('local', 'status');
  const client = new CloudFormationClient({
    region: 'us-east-2',
    endpoint: url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await client.send(new DeleteStackCommand({ StackName: 'lambda-durable-order-processing' }));
  await once(watching, 'close');
  expect(watching.exitCode).toBe(5);
  expect(JSON.parse((await said).trim().split('\n').at(-1) ?? '')).toMatchObject({
    ending: 'gone',
  });
}, 60_000);
