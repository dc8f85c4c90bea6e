import { randomUUID } from 'node:crypto';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { handlerRequestSource } from '../../support/handler-request.ts';
import { startLambda } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof startLambda>>;

beforeAll(async () => {
  lambda = await startLambda();
  // The start of a process counts towards the timeout, and takes seconds on a busy machine.
  lambda.put('plain', {
    timeout: 5,
    code: `
      let count = 0;
      export const handler = async (event) => {
        console.log('action: ' + event.action); count += 1;
        if (event.action === 'hang') await new Promise(() => setInterval(() => {}, 1000));
        if (event.action === 'exit') process.exit(7);
        if (event.action === 'throw later') { setTimeout(() => { throw new RangeError('late'); }, 5); await new Promise(() => {}); }
        return { count };
      };`,
  });
  // On a busy machine, six processes that start at the same time take long.
  lambda.put('pid', {
    code: `
      import { setTimeout } from 'node:timers/promises';
      export const handler = async () => { await setTimeout(100); return process.pid; };`,
  });
  lambda.put('outer', {
    code: `${handlerRequestSource}
      export const handler = async () =>
        (await post('/2015-03-31/functions/inner/invocations', '{}')).json();`,
  });
  lambda.put('inner', { code: "export const handler = async () => 'from inside';" });
});
afterAll(() => lambda.close());

const invokePlain = (action: string) =>
  lambda.invoke('plain', { Payload: JSON.stringify({ action }), LogType: 'Tail' });
const parseError = ({ text }: { text: string }) => JSON.parse(text);

it('kills a handler that times out, and reports it like Lambda', async () => {
  const response = await invokePlain('hang');
  expect(response.FunctionError).toBe('Unhandled');
  expect(parseError(response)).toMatchObject({
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(/Task timed out after 5\.00 seconds$/),
  });
  expect(JSON.parse((await invokePlain('count')).text)).toEqual({ count: 1 });
});

it.each([
  ['exit', 'Runtime.ExitError', /exit status 7/],
  ['throw later', 'Runtime.ExitError', /exit status 1/],
])(
  'reports a process that exits (%s), and runs the next invocation in a new process',
  async (action, type, message) => {
    const response = await invokePlain(action);
    expect(parseError(response).errorType).toBe(type);
    expect(parseError(response).errorMessage).toMatch(message);
    expect(JSON.parse((await invokePlain('count')).text)).toEqual({ count: 1 });
  },
);

it('reuses a warm process, and returns the end of its log on request', async () => {
  const first = JSON.parse((await invokePlain('count')).text).count;
  const response = await invokePlain('count');
  expect(JSON.parse(response.text).count).toBe(first + 1);
  const log = Buffer.from(response.LogResult ?? '', 'base64').toString();
  const lines = log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ type, level }) => type ?? level)).toEqual([
    'platform.start',
    'INFO',
    'platform.report',
  ]);
  expect(lines[1]).toMatchObject({
    message: 'action: count',
    requestId: lines[0].record.requestId,
  });
  expect(lines[2].record).toMatchObject({ status: 'success', metrics: { memorySizeMB: 256 } });
});

it('saves the compiled code of a function for its next process', async () => {
  await invokePlain('count');
  const folder = join(lambda.directory, 'compile-cache');
  await expect
    .poll(() => globSync('**/*', { cwd: folder, withFileTypes: true }).some((f) => f.isFile()))
    .toBe(true);
});

it('writes the output of a handler to its log group, in order', async () => {
  const marker = randomUUID();
  await invokePlain(marker);
  const logs = new CloudWatchLogsClient(lambda.config);
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/plain' }));
  const messages = events.map(({ message = '' }) => message);
  const printed = messages.findIndex((message) => message.includes(marker));
  expect(messages[printed - 1]).toContain('platform.start');
  expect(messages[printed + 1]).toContain('platform.report');
});

it('runs a limited number of invocations concurrently and queues the others', async () => {
  const maxEnvironments = 2 * availableParallelism() + 2;
  const many = Array.from({ length: maxEnvironments + 4 }, () => lambda.invoke('pid'));
  const responses = await Promise.all(many);
  const pids = responses.map(({ text }) => Number(text));
  expect(pids.every(Number.isInteger)).toBe(true);
  expect(new Set(pids).size).toBeLessThanOrEqual(maxEnvironments);
});

it('invokes a function for every waiting handler, even beyond the maximum number of environments', async () => {
  const many = Array.from({ length: 2 * availableParallelism() + 4 }, () => lambda.invoke('outer'));
  const responses = await Promise.all(many);
  expect(new Set(responses.map(({ text }) => text))).toEqual(new Set(['"from inside"']));
});

it('reports the start of an environment once, and the resources of each invocation', async () => {
  const code = "export const handler = async () => { console.log('hello'); };";
  lambda.put('texts', { code, logFormat: 'Text' });
  lambda.put('records', { code });
  const readLog = async (name: string) => {
    const { LogResult = '' } = await lambda.invoke(name, { LogType: 'Tail' });
    return Buffer.from(LogResult, 'base64').toString().trimEnd().split('\n');
  };
  const [init, start, printed, end, report] = await readLog('texts');
  expect(init).toMatch(/^INIT_START Runtime Version: v\d+/);
  expect(start).toMatch(/^START RequestId: \S+ Version: 1$/);
  expect(printed).toMatch(/\tINFO\thello$/);
  expect(end).toMatch(/^END RequestId: \S+$/);
  expect(report).toMatch(
    /^REPORT RequestId: \S+\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms$/,
  );
  const warm = await readLog('texts');
  expect(warm.join()).not.toMatch(/INIT_START|Init Duration/);

  const records = (await readLog('records')).map((line) => JSON.parse(line));
  expect(records.map(({ type, level }) => type ?? level)).toEqual([
    'platform.initStart',
    'platform.start',
    'INFO',
    'platform.report',
  ]);
  const { metrics } = records[3].record;
  expect(metrics.initDurationMs).toBeGreaterThan(0);
  expect(metrics.billedDurationMs).toBe(Math.ceil(metrics.durationMs + metrics.initDurationMs));
  expect(metrics.maxMemoryUsedMB).toBeGreaterThan(10);
});

it('reports a process that runs out of memory, and runs the next invocation in a new process', async () => {
  lambda.put('hungry', {
    memory: 128,
    code: `export const handler = async ({ eat }) => {
      const eaten = [];
      while (eat) eaten.push(Array.from({ length: 100_000 }, (_, n) => ({ n })));
      return 'fed';
    };`,
  });
  const full = await lambda.invoke('hungry', { Payload: JSON.stringify({ eat: true }) });
  expect(parseError(full)).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(/Runtime exited with error: signal: aborted$/),
  });
  const after = await lambda.invoke('hungry', { Payload: JSON.stringify({ eat: false }) });
  expect(after.text).toBe('"fed"');
});

it('runs worker threads, WebAssembly and a task of the thread pool in a handler', async () => {
  lambda.put('threads', {
    code: `
      import { once } from 'node:events';
      import { promisify } from 'node:util';
      import { Worker } from 'node:worker_threads';
      import { gzip } from 'node:zlib';
      const script = 'require("node:worker_threads").parentPort.postMessage(6 * 7)';
      const emptyModule = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
      export const handler = async () => {
        const [answer] = await once(new Worker(script, { eval: true }), 'message');
        const { instance } = await WebAssembly.instantiate(emptyModule);
        const bytes = await promisify(gzip)('text');
        return { answer, exports: Object.keys(instance.exports), isGzip: bytes[0] === 0x1f };
      };`,
  });
  const { text } = await lambda.invoke('threads');
  expect(JSON.parse(text)).toEqual({ answer: 42, exports: [], isGzip: true });
});
