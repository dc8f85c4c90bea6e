import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorDocumentSchema } from '../../src/cli/schemas/document.ts';
import { getSchema } from '../../src/cli/schemas/get.ts';
import { historySchema, historyStreamSchema } from '../../src/cli/schemas/history.ts';
import { listSchema } from '../../src/cli/schemas/list.ts';
import { localSchemas } from '../../src/cli/schemas/local.ts';
import { logsSchema } from '../../src/cli/schemas/logs.ts';
import { metricsSchema, metricsStreamSchema } from '../../src/cli/schemas/metrics.ts';
import { submitSchema } from '../../src/cli/schemas/submit.ts';
import { watchSchema } from '../../src/cli/schemas/watch.ts';
import { aProject, type Project } from '../support/project.ts';

const samples = ['low', 'payment-declined', 'unreachable', 'damaged', 'payment-hiccup'] as const;
let project: Project;
const ids: string[] = [];

beforeAll(async () => {
  project = aProject();
  // A wait is over in a quarter of a second; a hiccup would pass unseen if it were much faster.
  await project.orders('local', 'start', '--time-scale', '1200');
  for (const sample of samples) {
    const submitted = v.parse(submitSchema, await project.ask('submit', '--sample', sample));
    ids.push(submitted.orderId);
  }
});
afterAll(() => project.close());

/** The records of a stream, each as its schema describes it. */
async function watch(...argv: string[]) {
  const { stdout, code } = await project.orders('watch', ...argv, '--json');
  const lines = stdout.trimEnd().split('\n');
  return { records: lines.map((line) => v.parse(watchSchema, JSON.parse(line))), code };
}

it('watches several orders as records, the last about all of them, and exits 13 when they end differently', async () => {
  const { records, code } = await watch(...ids);
  expect(records.at(-1)).toMatchObject({
    type: 'end',
    orders: 5,
    endings: { completed: 3, failed: 2 },
    exitCode: 13,
  });
  expect(code).toBe(13);
  const ends = records.filter((each) => each.type === 'end' && 'orderId' in each);
  expect(ends).toHaveLength(5);
});

it('watches one order as records, the last its end', async () => {
  const { records, code } = await watch(ids[1] ?? '');
  expect(records.at(-1)).toMatchObject({ type: 'end', orderId: ids[1], exitCode: 10 });
  expect(code).toBe(10);
});

it('gets every order, and lists them all, as the schemas say', async () => {
  const views = [];
  for (const id of ids) views.push(v.parse(getSchema, await project.ask('get', id)));
  expect(views.map(({ status }) => status)).toEqual([
    'completed',
    'failed',
    'completed',
    'failed',
    'completed',
  ]);
  const listed = v.parse(listSchema, await project.ask('list'));
  expect(listed.map(({ orderId }) => orderId).sort()).toEqual(ids.toSorted());
});

it('accounts for every operation of an execution, and keeps personal data back', async () => {
  const [low = '', , , , hiccup = ''] = ids;
  const history = v.parse(historySchema, await project.ask('history', low, '--data'));
  expect(history).toMatchObject({ state: 'succeeded', operations: 17, retries: 0 });
  expect(history.waitingMs + history.activeMs).toBe(history.totalMs);
  const text = JSON.stringify(history.events);
  expect(text).toContain('"customerEmail\\":\\"[redacted]');
  expect(text).not.toContain('@');
  const retried = v.parse(historySchema, await project.ask('history', hiccup));
  expect(retried.retries).toBe(2);
  expect(retried.spans[2]?.attempts[0]?.error?.type).toBe('ProviderUnavailable');
});

it('tells the log of one order as records, and by level, step and pattern', async () => {
  const [, declined = '', , , hiccup = ''] = ids;
  const read = async (...argv: string[]) => {
    const { stdout } = await project.orders('logs', ...argv, '--json');
    const lines = stdout.trimEnd().split('\n');
    return lines.map((line) => v.parse(logsSchema, JSON.parse(line)));
  };
  const warned = await read(hiccup, '--level', 'warn');
  expect(warned).toMatchObject([
    { step: 'process-payment', attempt: 1, level: 'WARN', orderId: hiccup },
    { step: 'process-payment', attempt: 2, level: 'WARN' },
    { type: 'end', lines: 2, exitCode: 0 },
  ]);
  const both = await read(declined, hiccup, '--step', 'process-payment', '--grep', 'fail|declin');
  expect(both.at(-1)).toMatchObject({ type: 'end', lines: 3 });
  const platform = await read(hiccup, '--source', 'platform,workflow', '--tail', '1');
  expect(platform[0]).toMatchObject({ source: 'platform', message: 'report' });
});

it('follows the log of an order to its end, and ends when the reader of a log has had enough', async () => {
  const { orderId } = await project.ask('submit', '--sample', 'low');
  const { stdout, code } = await project.orders('logs', orderId, '--follow', '--linger', '0s');
  expect(stdout).toContain('complete-order done');
  expect(code).toBe(0);
  const following = project.start('logs', '--follow');
  following.stdout?.once('data', () => following.stdout?.destroy());
  const [ended] = await once(following, 'close');
  expect(ended).toBe(0);
});

it('follows a history as records, each event once, and calls having looked a success', async () => {
  const { orderId } = await project.ask('submit', '--sample', 'damaged');
  const { stdout, code } = await project.orders('history', orderId, '--follow', '--json');
  const records = stdout
    .trimEnd()
    .split('\n')
    .map((line) => v.parse(historyStreamSchema, JSON.parse(line)));
  const events = records.flatMap((each) => (each.type === 'event' ? [each.event] : []));
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(records.at(-1)).toMatchObject({ type: 'end', state: 'succeeded', exitCode: 0 });
  expect(code).toBe(0);
});

it('writes the document of an error as its schema says, for every kind of error', async () => {
  const errors = [
    ['get', 'order-nobodyknow'],
    ['get'],
    ['list', '--nope'],
    ['nonsense'],
    ['submit', '--sample', 'nope'],
    ['list', '--since', 'yesterday'],
    ['watch', 'latest', '-e', 'nowhere'],
  ];
  for (const argv of errors) {
    const { code, stdout } = await project.orders(...argv, '--json');
    const { error } = v.parse(errorDocumentSchema, JSON.parse(stdout));
    expect([argv, error.exit]).toEqual([argv, code]);
    expect(code).not.toBe(1);
  }
});

it('tells of the local runtime as the schemas say', async () => {
  const named = Object.entries(localSchemas).filter(([name]) => !/stop|reset/.test(name));
  for (const [name, schema] of named) {
    const argv = [...name.split('-'), ...(name === 'local-advance' ? ['1s'] : [])];
    expect(v.safeParse(schema, await project.ask(...argv)).issues).toBeUndefined();
  }
  const other = aProject();
  try {
    const off = await other.orders('local', 'status', '--json');
    expect(off.code).toBe(3);
    const document = { data: v.parse(localSchemas['local-status'], JSON.parse(off.stdout).data) };
    expect(document.data).toEqual({ running: false });
    expect(await other.ask('local', 'stop')).toEqual({ stopped: false });
    v.parse(localSchemas['local-reset'], await other.ask('local', 'reset', '--yes'));
  } finally {
    await other.close();
  }
});

it('counts the orders, measures them, and says what was tried again', async () => {
  const metrics = v.parse(metricsSchema, await project.ask('metrics', '--retries'));
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
    ['--since', 'yesterday'],
    ['--every', '1ms', '--watch'],
  ]) {
    expect([argv, (await project.orders('metrics', ...argv)).code]).toEqual([argv, 2]);
  }
});

it('has the end in the document of an order that was waited for', async () => {
  const waited = v.parse(submitSchema, await project.ask('submit', '--sample', 'low', '--wait'));
  expect(waited.end).toMatchObject({ ending: 'completed', exitCode: 0 });
});

it('tells what a step is tried again for, and ends in a record also when it is interrupted', async () => {
  await project.orders('local', 'stop');
  await project.orders('local', 'start', '--time-scale', '1');
  const { orderId } = await project.ask('submit', '--sample', 'payment-hiccup');
  const watching = project.start('watch', orderId, '--json');
  const records = [];
  for await (const line of createInterface({ input: watching.stdout as Readable })) {
    const record = v.parse(watchSchema, JSON.parse(line));
    records.push(record);
    if (record.type === 'step' && record.attempt === 2) watching.kill('SIGINT');
  }
  expect(records.filter((each) => each.type === 'step')).toMatchObject([
    { step: 'process-payment', attempt: 1, retryInMs: 1000 },
    { step: 'process-payment', attempt: 2, retryInMs: 2000 },
  ]);
  expect(records.at(-1)).toMatchObject({ type: 'end', ending: 'detached', exitCode: 130 });
  if (watching.exitCode === null) await once(watching, 'exit');
  expect(watching.exitCode).toBe(130);
});

it('counts on as records, waits for a runtime that went away, and ends in a record', async () => {
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
