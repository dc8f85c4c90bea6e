import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stages } from '../../functions/contract/workflow.ts';
import { errorDocumentSchema } from '../../src/cli/schemas/document.ts';
import { getSchema } from '../../src/cli/schemas/get.ts';
import { historySchema, historyStreamSchema } from '../../src/cli/schemas/history.ts';
import { listSchema } from '../../src/cli/schemas/list.ts';
import { localSchemas } from '../../src/cli/schemas/local.ts';
import { logsSchema } from '../../src/cli/schemas/logs.ts';
import { metricsSchema, metricsStreamSchema } from '../../src/cli/schemas/metrics.ts';
import { submitSchema } from '../../src/cli/schemas/submit.ts';
import { watchSchema } from '../../src/cli/schemas/watch.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { createProject, type Project } from '../support/project.ts';
import { startForTest } from '../support/start-for-test.ts';

const samples = ['low', 'payment-declined', 'unreachable', 'damaged', 'payment-hiccup'] as const;
let project: Project;
const ids: string[] = [];

beforeAll(async () => {
  // Waits take a quarter of a second. At a higher time scale a watch would miss the transient error.
  project = await createDeployedProject('--time-scale', '1200');
  for (const sample of samples) {
    const submitted = v.parse(submitSchema, await project.runJson('submit', '--sample', sample));
    ids.push(submitted.orderId);
  }
});
afterAll(() => project.close());

/** Returns the records and the exit code of `watch --json`. Throws an error if a record does not match the schema. */
async function watch(...argv: string[]) {
  const { stdout, code } = await project.orders('watch', ...argv, '--json');
  const lines = stdout.trimEnd().split('\n');
  return { records: lines.map((line) => v.parse(watchSchema, JSON.parse(line))), code };
}

it('prints a summary as the last record of several orders, and exits 13 if they end differently', async () => {
  const { records, code } = await watch(...ids);
  expect(records.at(-1)).toMatchObject({
    type: 'end',
    orders: 5,
    endings: { completed: 3, failed: 2 },
    exitCode: 13,
  });
  expect(code).toBe(13);
  const ends = records.filter((record) => record.type === 'end' && 'orderId' in record);
  expect(ends).toHaveLength(5);
});

it('prints the end of a watched order as its last record', async () => {
  const { records, code } = await watch(ids[1] ?? '');
  expect(records.at(-1)).toMatchObject({ type: 'end', orderId: ids[1], exitCode: 10 });
  expect(code).toBe(10);
});

it('gets and lists every order in the form of the schemas', async () => {
  const views = [];
  for (const id of ids) views.push(v.parse(getSchema, await project.runJson('get', id)));
  expect(views.map(({ status }) => status)).toEqual([
    'completed',
    'failed',
    'completed',
    'failed',
    'completed',
  ]);
  const listed = v.parse(listSchema, await project.runJson('list'));
  expect(listed.map(({ orderId }) => orderId).sort()).toEqual(ids.toSorted());
});

it('reports every operation of an execution, and redacts personal data', async () => {
  const [low = '', , , , retriedOrder = ''] = ids;
  const history = v.parse(historySchema, await project.runJson('history', low, '--data'));
  expect(history).toMatchObject({ state: 'succeeded', operations: stages.length, retries: 0 });
  expect(history.waitingMs + history.activeMs).toBe(history.totalMs);
  const text = JSON.stringify(history.events);
  expect(text).toContain('"customerEmail\\":\\"[redacted]');
  expect(text).not.toContain('@');
  const retried = v.parse(historySchema, await project.runJson('history', retriedOrder));
  expect(retried.retries).toBe(2);
  expect(retried.spans[2]?.attempts[0]?.error?.type).toBe('ProviderUnavailable');
});

it('prints log lines as records, filtered by level, step and pattern', async () => {
  const [, declined = '', , , retried = ''] = ids;
  const read = async (...argv: string[]) => {
    const { stdout } = await project.orders('logs', ...argv, '--json');
    const lines = stdout.trimEnd().split('\n');
    return lines.map((line) => v.parse(logsSchema, JSON.parse(line)));
  };
  expect(await read(retried, '--grep', 'OrdersCompleted')).toMatchObject([
    { message: 'metrics' },
    { type: 'end', lines: 1 },
  ]);
  const warned = await read(retried, '--level', 'warn');
  expect(warned).toMatchObject([
    { step: 'process-payment', attempt: 1, level: 'WARN', orderId: retried },
    { step: 'process-payment', attempt: 2, level: 'WARN' },
    { type: 'end', lines: 2, exitCode: 0 },
  ]);
  expect(await read(declined, '--level', 'error')).toMatchObject([
    { level: 'ERROR', message: expect.stringMatching(/^order failed: .*declined/) },
    { type: 'end', lines: 1 },
  ]);
  const both = await read(declined, retried, '--step', 'process-payment', '--grep', 'fail|declin');
  expect(both.at(-1)).toMatchObject({ type: 'end', lines: 3 });
  const platform = await read(retried, '--source', 'platform,workflow', '--tail', '1');
  expect(platform[0]).toMatchObject({ source: 'platform', message: 'report' });
});

it('follows the log of an order until it ends, and exits 0 when its reader closes the pipe', async () => {
  const { orderId } = await project.runJson('submit', '--sample', 'low');
  const { stdout, code } = await project.orders('logs', orderId, '--follow', '--linger', '0s');
  expect(stdout).toContain('complete-order done');
  expect(stdout).not.toContain('OrdersCompleted');
  expect(code).toBe(0);
  const following = startForTest(project, 'logs', '--follow');
  const closed = once(following, 'close');
  await once(following.stdout as Readable, 'data');
  following.stdout?.destroy();
  // A program learns that its reader has gone when it writes the next line.
  await project.runJson('submit', '--sample', 'low');
  expect((await closed)[0]).toBe(0);
});

it('prints each event of a followed history once, and exits 0', async () => {
  const { orderId } = await project.runJson('submit', '--sample', 'damaged');
  const { stdout, code } = await project.orders('history', orderId, '--follow', '--json');
  const records = stdout
    .trimEnd()
    .split('\n')
    .map((line) => v.parse(historyStreamSchema, JSON.parse(line)));
  const events = records.flatMap((record) => (record.type === 'event' ? [record.event] : []));
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(records.at(-1)).toMatchObject({ type: 'end', state: 'succeeded', exitCode: 0 });
  expect(code).toBe(0);
});

it('writes every kind of error in the form of the schema', async () => {
  const errors = [
    ['get', 'order-nobodyknow'],
    ['get'],
    ['list', '--nope'],
    ['nonsense'],
    ['submit', '--sample', 'nope'],
    ['list', '--since', 'tomorrow'],
    ['watch', 'latest', '-e', 'nowhere'],
  ];
  for (const argv of errors) {
    const { code, stdout } = await project.orders(...argv, '--json');
    const { error } = v.parse(errorDocumentSchema, JSON.parse(stdout));
    expect([argv, error.exit]).toEqual([argv, code]);
    expect(code).not.toBe(1);
  }
});

it('reports the local runtime in the form of the schemas', async () => {
  const named = Object.entries(localSchemas).filter(([name]) => !/stop|reset/.test(name));
  for (const [name, schema] of named) {
    const argv = [...name.split('-'), ...(name === 'local-advance' ? ['1s'] : [])];
    expect(v.safeParse(schema, await project.runJson(...argv)).issues).toBeUndefined();
  }
  const other = createProject();
  try {
    const stopped = await other.orders('local', 'status', '--json');
    expect(stopped.code).toBe(3);
    const document = {
      data: v.parse(localSchemas['local-status'], JSON.parse(stopped.stdout).data),
    };
    expect(document.data).toEqual({ running: false });
    expect(await other.runJson('local', 'stop')).toEqual({ stopped: false });
    v.parse(localSchemas['local-reset'], await other.runJson('local', 'reset', '--yes'));
  } finally {
    await other.close();
  }
});

it('reports the number of orders, their durations and their retries', async () => {
  const metrics = v.parse(metricsSchema, await project.runJson('metrics', '--retries'));
  const { started, completed, failed, running } = metrics.orders;
  expect({ failed, all: completed + failed + running }).toEqual({ failed: 3, all: started });
  expect(metrics.failures.map(({ code }) => code)).toEqual(['damaged', 'payment-declined']);
  expect(metrics.retries).toContainEqual({ step: 'process-payment', retries: 2 });
  expect(metrics.stages.map(({ stage }) => stage)).toContain('generate-shipping-label');
  const { endToEnd, active } = metrics.times;
  expect(active?.median).toBeLessThan(endToEnd?.median ?? 0);
  expect(metrics.quotas).toContainEqual(expect.objectContaining({ limit: 5_000_000, used: 0 }));
  const { stdout } = await project.orders('metrics');
  expect(stdout).toContain(`orders started ${started}\n`);
  for (const argv of [
    ['--since', 'tomorrow'],
    ['--every', '1ms', '--watch'],
  ]) {
    expect([argv, (await project.orders('metrics', ...argv)).code]).toEqual([argv, 2]);
  }
});

it('includes the end of an order in the document of submit --wait', async () => {
  const waited = v.parse(
    submitSchema,
    await project.runJson('submit', '--sample', 'low', '--wait'),
  );
  expect(waited.end).toMatchObject({ ending: 'completed', exitCode: 0 });
});

it('reports the retries of a step, and prints an end record when it is interrupted', async () => {
  await project.orders('local', 'start', '--time-scale', '1');
  const { orderId } = await project.runJson('submit', '--sample', 'payment-hiccup');
  const watching = project.start('watch', orderId, '--json');
  const records = [];
  for await (const line of createInterface({ input: watching.stdout as Readable })) {
    const record = v.parse(watchSchema, JSON.parse(line));
    records.push(record);
    if (record.type === 'step' && record.attempt === 2) watching.kill('SIGINT');
  }
  expect(records.filter((record) => record.type === 'step')).toMatchObject([
    { step: 'process-payment', attempt: 1, retryInMs: 1000 },
    { step: 'process-payment', attempt: 2, retryInMs: 2000 },
  ]);
  expect(records.at(-1)).toMatchObject({ type: 'end', ending: 'detached', exitCode: 130 });
  if (watching.exitCode === null) await once(watching, 'exit');
  expect(watching.exitCode).toBe(130);
});

it('prints metrics as records, reports a gap while the runtime is stopped, and prints an end record', async () => {
  const watching = project.start('metrics', '--watch', '--json', '--every', '1s');
  const records = [];
  for await (const line of createInterface({ input: watching.stdout as Readable })) {
    const record = v.parse(metricsStreamSchema, JSON.parse(line));
    records.push(record);
    if (records.length === 1) await project.orders('local', 'stop');
    if (record.type === 'gap') watching.kill('SIGINT');
  }
  const types = records.map(({ type }) => type);
  expect(types.slice(-2)).toEqual(['gap', 'end']);
  expect(records.at(-1)).toMatchObject({ exitCode: 130 });
  if (watching.exitCode === null) await once(watching, 'exit');
  expect(watching.exitCode).toBe(130);
});
