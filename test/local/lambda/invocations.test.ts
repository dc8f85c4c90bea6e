import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aLambda } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof aLambda>>;

beforeAll(async () => {
  lambda = await aLambda();
  lambda.put('plain', {
    timeout: 1,
    code: `
      let count = 0;
      export const handler = async (event) => {
        console.log('asked for ' + event.what); count += 1;
        if (event.what === 'hang') await new Promise(() => setInterval(() => {}, 1000));
        if (event.what === 'exit') process.exit(7);
        if (event.what === 'throw later') { setTimeout(() => { throw new RangeError('late'); }, 5); await new Promise(() => {}); }
        if (event.what === 'pid') { await new Promise((done) => setTimeout(done, event.ms)); return process.pid; }
        return { count };
      };`,
  });
  lambda.put('outer', {
    code: `
      export const handler = async () => {
        const { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: key } = process.env;
        const authorization = 'AWS4-HMAC-SHA256 Credential=' + key + '/20261125/us-east-2/lambda/aws4_request';
        const answer = await fetch(url + '/2015-03-31/functions/inner/invocations', { method: 'POST', headers: { authorization }, body: '{}' });
        return answer.json();
      };`,
  });
  lambda.put('inner', { code: "export const handler = async () => 'from inside';" });
});
afterAll(() => lambda.close());

const plain = (what: string, more: object = {}) =>
  lambda.invoke('plain', { Payload: JSON.stringify({ what, ...more }), LogType: 'Tail' });
const errorOf = ({ text }: { text: string }) => JSON.parse(text);

it('kills what runs out of time, and reports it as Lambda does', async () => {
  const answer = await plain('hang');
  expect(answer.FunctionError).toBe('Unhandled');
  expect(errorOf(answer)).toMatchObject({
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(/Task timed out after 1\.00 seconds$/),
  });
  expect(JSON.parse((await plain('count')).text)).toEqual({ count: 1 });
});

it.each([
  ['exit', 'Runtime.ExitError', /exit status 7/],
  ['throw later', 'Runtime.ExitError', /exit status 1/],
])(
  'reports a process that ends by itself (%s), and goes on in a new one',
  async (what, type, message) => {
    const answer = await plain(what);
    expect(errorOf(answer).errorType).toBe(type);
    expect(errorOf(answer).errorMessage).toMatch(message);
    expect(JSON.parse((await plain('count')).text)).toEqual({ count: 1 });
  },
);

it('reuses a warm process, and answers the end of its log when asked', async () => {
  const first = JSON.parse((await plain('count')).text).count;
  const answer = await plain('count');
  expect(JSON.parse(answer.text).count).toBe(first + 1);
  const log = Buffer.from(answer.LogResult ?? '', 'base64').toString();
  const lines = log
    .trimEnd()
    .split('\n')
    .map((each) => JSON.parse(each));
  expect(lines.map(({ type, level }) => type ?? level)).toEqual([
    'platform.start',
    'INFO',
    'platform.report',
  ]);
  expect(lines[1]).toMatchObject({
    message: 'asked for count',
    requestId: lines[0].record.requestId,
  });
  expect(lines[2].record).toMatchObject({ status: 'success', metrics: { memorySizeMB: 256 } });
});

it('keeps what a handler printed in its log group, in order', async () => {
  const marker = randomUUID();
  await plain(marker);
  const logs = new CloudWatchLogsClient(lambda.config);
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/plain' }));
  const messages = events.map(({ message = '' }) => message);
  const said = messages.findIndex((message) => message.includes(marker));
  expect(messages[said - 1]).toContain('platform.start');
  expect(messages[said + 1]).toContain('platform.report');
});

it('runs so many at once and lets the rest wait for their turn', async () => {
  const cap = 2 * availableParallelism() + 2;
  const many = Array.from({ length: cap + 4 }, () => plain('pid', { ms: 100 }));
  const answers = await Promise.all(many);
  const pids = answers.map(({ text }) => Number(text));
  expect(pids.every(Number.isInteger)).toBe(true);
  expect(new Set(pids).size).toBeLessThanOrEqual(cap);
});

it('lets handlers that wait for another function have it, however many there are', async () => {
  const many = Array.from({ length: 2 * availableParallelism() + 4 }, () => lambda.invoke('outer'));
  const answers = await Promise.all(many);
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['"from inside"']));
});

it('reports the start of an environment once, and of each invocation what it took', async () => {
  const code = "export const handler = async () => { console.log('hello'); };";
  lambda.put('texts', { code, logFormat: 'Text' });
  lambda.put('records', { code });
  const linesOf = async (name: string) => {
    const { LogResult = '' } = await lambda.invoke(name, { LogType: 'Tail' });
    return Buffer.from(LogResult, 'base64').toString().trimEnd().split('\n');
  };
  const [init, start, said, end, report] = await linesOf('texts');
  expect(init).toMatch(/^INIT_START Runtime Version: v\d+/);
  expect(start).toMatch(/^START RequestId: \S+ Version: 1$/);
  expect(said).toMatch(/\tINFO\thello$/);
  expect(end).toMatch(/^END RequestId: \S+$/);
  expect(report).toMatch(
    /^REPORT RequestId: \S+\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms$/,
  );
  const warm = await linesOf('texts');
  expect(warm.join()).not.toMatch(/INIT_START|Init Duration/);

  const records = (await linesOf('records')).map((line) => JSON.parse(line));
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

it('reports a process that runs out of memory, and goes on in a new one', async () => {
  lambda.put('hungry', {
    memory: 128,
    code: `export const handler = async ({ eat }) => {
      const eaten = [];
      while (eat) eaten.push(Array.from({ length: 100_000 }, (_, n) => ({ n })));
      return 'fed';
    };`,
  });
  const full = await lambda.invoke('hungry', { Payload: JSON.stringify({ eat: true }) });
  expect(errorOf(full)).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(/Runtime exited with error: signal: aborted$/),
  });
  const after = await lambda.invoke('hungry', { Payload: JSON.stringify({ eat: false }) });
  expect(after.text).toBe('"fed"');
});
