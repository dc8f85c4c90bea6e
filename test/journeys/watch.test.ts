import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CloudFormationClient, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stages } from '../../functions/contract/workflow.ts';
import { watchSchema } from '../../src/cli/schemas/watch.ts';
import type { StreamRecord } from '../../src/cli/watch/renderers.ts';
import { projectCredentials } from '../support/credentials.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { waitForStatus } from '../support/wait-for-status.ts';

let project: Project;
beforeAll(async () => {
  project = await createDeployedProject('--time-scale', '240');
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
  (await project.runJson('submit', '--sample', sample)).orderId;

it('watches all running orders, and reports if there are none', async () => {
  const none = await project.orders('watch', '--all');
  expect(none).toMatchObject({ code: 0, stdout: expect.stringMatching(/end orders=0 exit=0\n$/) });
  expect(none.stderr).toContain('No orders are running');
  const ids: string[] = [];
  for (const sample of ['low', 'multi', 'low']) ids.push(await submit(sample));
  const { code, all } = await records('--all');
  expect(code).toBe(0);
  const ends = all.filter((record) => record.type === 'end' && 'orderId' in record);
  expect(new Set(ends.map((record) => 'orderId' in record && record.orderId))).toEqual(
    new Set(ids),
  );
  const completed = all.filter((record) => record.type === 'status' && record.to === 'completed');
  expect(completed).toHaveLength(3);
});

it('ends at the status of --until, and reports details and logs', async () => {
  const orderId = await submit('low');
  expect((await records(orderId, '--until', 'awaiting-warehouse')).all.at(-1)).toMatchObject({
    ending: 'reached',
    exitCode: 0,
  });
  const { code, all } = await records(orderId, '--detail', '--with-logs');
  expect(code).toBe(0);
  const count = (type: string) => all.filter((record) => record.type === type).length;
  const waits = stages.filter(({ kind }) => kind === 'wait').length;
  expect(count('step')).toBe(stages.length - waits);
  // Each wait starts and ends, and ends an invocation.
  expect(count('wait')).toBe(2 * waits);
  expect(count('invocation')).toBeGreaterThanOrEqual(1 + waits);
  expect(count('log')).toBeGreaterThan(10);
  expect(all.at(-1)).toMatchObject({
    type: 'end',
    ending: 'completed',
    invocations: 1 + waits,
  });
  // A later watch reports the same events, in order.
  const later = (await records(orderId, '--detail')).all;
  const listTypes = (records: StreamRecord[]) =>
    records.map(({ type }) => type).filter((type) => type !== 'log');
  expect(listTypes(later).sort()).toEqual(listTypes(all).sort());
  const times = later.slice(0, -1).map((record) => ('ts' in record ? record.ts : ''));
  expect(times).toEqual([...times].sort());
});

it('watches only the orders of a customer', async () => {
  await submit('low');
  const orderId = await submit('high');
  await project.orders('watch', orderId, '--until', 'validated');
  const { code, all } = await records('--customer', 'CUST-002', '--since', '1h');
  expect(code).toBe(0);
  const watchedIds = all.flatMap((record) => ('orderId' in record ? [record.orderId] : []));
  expect(new Set(watchedIds)).toEqual(new Set([orderId]));
});

async function decide(orderId: string, decision: 'approve' | 'reject') {
  await waitForStatus(project, orderId, 'awaiting-review');
  return project.orders('review', decision, orderId, '--note', 'test');
}

const endings = [
  ['is cancelled', 'fraud-review', 12, (id: string) => project.orders('cancel', id)],
  ['is rejected', 'fraud-review', 10, (id: string) => decide(id, 'reject')],
  ['completes', 'low', 0, undefined],
  ['fails', 'damaged', 10, undefined],
] as const;

it.each(full ? endings : endings.slice(0, 2))(
  'exits with the same code for an order that %s during and after the watch',
  async (_ending, sample, exit, end) => {
    const orderId = await submit(sample);
    const watching = project.start('watch', orderId);
    const stdout = text(watching.stdout as Readable);
    if (end) await once(watching.stdout as Readable, 'data');
    await end?.(orderId);
    await once(watching, 'close');
    expect(watching.exitCode).toBe(exit);
    const later = await project.orders('watch', orderId);
    expect(later.code).toBe(exit);
    // Failures from the history may be reported a moment after the statuses around them.
    const sortedLines = (output: string) => output.trim().split('\n').sort();
    expect(sortedLines(later.stdout)).toEqual(sortedLines(await stdout));
  },
  60_000,
);

it('exits 0 when its reader closes the pipe, and the order continues', async () => {
  const orderId = await submit('fraud-review');
  const watching = project.start('watch', orderId, '--json');
  const exit = once(watching, 'exit');
  watching.stdout?.once('data', () => watching.stdout?.destroy());
  // The next record has no reader.
  await decide(orderId, 'approve');
  const [code] = await exit;
  expect(code).toBe(0);
});

it('exits at once at Ctrl-C even without responses, and prints the command to continue', async () => {
  const orderId = await submit('fraud-review');
  const { pid } = await project.runJson('local', 'status');
  const watching = project.start('watch', orderId);
  const stderr = text(watching.stderr as Readable);
  await once(watching.stdout as Readable, 'data');
  process.kill(pid, 'SIGSTOP');
  try {
    watching.kill('SIGINT');
    await once(watching, 'exit');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  expect(watching.exitCode).toBe(130);
  expect(await stderr).toContain(`orders watch ${orderId}`);
});

it('exits 5 when the stack is destroyed during the watch', async () => {
  const orderId = await submit('fraud-review');
  const watching = project.start('watch', orderId, '--json');
  const stdout = text(watching.stdout as Readable);
  await once(watching.stdout as Readable, 'data');
  const { url } = await project.runJson('local', 'status');
  const client = new CloudFormationClient({
    region: 'us-east-2',
    endpoint: url,
    credentials: projectCredentials(project.root),
  });
  await client.send(new DeleteStackCommand({ StackName: 'lambda-durable-order-processing' }));
  await once(watching, 'close');
  expect(watching.exitCode).toBe(5);
  expect(JSON.parse((await stdout).trim().split('\n').at(-1) ?? '')).toMatchObject({
    ending: 'gone',
  });
});
