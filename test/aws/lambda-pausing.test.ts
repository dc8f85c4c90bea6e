import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as client from '@aws-sdk/client-lambda';
import { build, type Plugin } from 'esbuild';
import { expect, it, vi } from 'vitest';
import { createClients } from '../../src/aws/clients.ts';
import { isConflict, isNotFound, isThrottle } from '../../src/aws/errors.ts';
import * as pausing from '../../src/aws/sdk/lambda-pausing.ts';
import { readExecution } from '../../src/orders/lookup/executions.ts';
import { readRawHistory } from '../../src/orders/lookup/history.ts';
import { testCredentials } from '../support/credentials.ts';
import { type Answer, fakeAws, fakeTarget } from './fake-aws.ts';

const { accessKeyId } = testCredentials;

const { PauseDurableExecutionCommand, ResumeDurableExecutionCommand } = pausing;
const arn = 'arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/order-1/1';
const path = `/2025-12-01/durable-executions/${arn}`;
const target = (url: string) => fakeTarget(url, mkdtempSync(join(tmpdir(), 'orders-')));
const refusal = (status: number, type: string): Answer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
  body: JSON.stringify({ Type: 'User', message: 'refused' }),
});

const commandNames = ['PauseDurableExecutionCommand', 'ResumeDurableExecutionCommand'] as const;

it('sends the commands of a newer client', async () => {
  class PauseDurableExecutionCommand extends client.StopDurableExecutionCommand {}
  class ResumeDurableExecutionCommand extends client.StopDurableExecutionCommand {}
  const own = { PauseDurableExecutionCommand, ResumeDurableExecutionCommand };
  vi.doMock('@aws-sdk/client-lambda', () => ({ ...client, ...own }));
  vi.resetModules();
  const { resumeExecution } = await import('../../src/orders/actions/pause.ts');
  const sdk = await import('../../src/aws/sdk/lambda.ts');
  expect(sdk).toMatchObject(own);
  const sent: unknown[] = [];
  const lambda = { send: async (command: unknown) => void sent.push(command) };
  const base = target('http://127.0.0.1:9');
  const clients = { ...base.clients, lambda: async () => lambda as unknown as client.LambdaClient };
  const request = { arn, clientToken: 'token-1', reason: 'outage' };
  await resumeExecution({ ...base, clients }, request);
  expect(sent).toEqual([expect.any(ResumeDurableExecutionCommand)]);
  expect(sent).toMatchObject([
    { input: { DurableExecutionArn: arn, ClientToken: 'token-1', Reason: 'outage' } },
  ]);
  vi.doUnmock('@aws-sdk/client-lambda');
});

it.each([true, false])(
  'is bundled with the commands of the client if it has them: %s',
  async (has) => {
    const structures = ['Event$', 'EventInput$', 'GetDurableExecutionResponse$'];
    const classes = ['StopDurableExecutionCommand', ...(has ? commandNames : [])];
    const contents = [
      ...structures.map((name) => `export const ${name} = [3, '', '${name}', 0, [], []];`),
      ...classes.map((name) => `export class ${name} { source = 'client'; }`),
      "export class UnusedCommand { source = 'unused'; }",
    ].join('\n');
    const newerClient: Plugin = {
      name: 'client',
      setup(build) {
        build.onResolve({ filter: /^@aws-sdk/ }, () => ({ path: 'client', namespace: 'stub' }));
        build.onLoad({ filter: /./, namespace: 'stub' }, () => ({ contents }));
      },
    };
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('../../src/aws/sdk/lambda-pausing.ts', import.meta.url))],
      bundle: true,
      format: 'esm',
      write: false,
      logLevel: 'silent',
      plugins: [newerClient],
    });
    const text = outputFiles[0]?.text ?? '';
    expect(text).not.toContain('unused');
    const bundle = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    for (const name of commandNames) {
      expect(Object.hasOwn(bundle[name].prototype, 'resolveMiddlewareWithContext')).toBe(!has);
    }
  },
);

it('sends signed requests with a token, the reason and the switch for the timeout', async () => {
  using aws = await fakeAws(() => ({ status: 202, body: '' }));
  const lambda = await target(aws.url).clients.lambda();
  const input = { DurableExecutionArn: arn, ClientToken: 'token-1', Reason: 'outage' };
  await lambda.send(new PauseDurableExecutionCommand({ ...input, ExecutionTimeoutPaused: false }));
  await lambda.send(new ResumeDurableExecutionCommand({ DurableExecutionArn: arn }));
  const [pause, resume] = aws.calls;
  expect(pause).toMatchObject({ name: `POST ${path}/pause`, accessKeyId });
  expect(JSON.parse(pause?.body ?? '')).toEqual({
    ClientToken: 'token-1',
    Reason: 'outage',
    ExecutionTimeoutPaused: false,
  });
  expect(resume).toMatchObject({ name: `POST ${path}/resume`, accessKeyId });
  expect(JSON.parse(resume?.body ?? '')).toEqual({
    ClientToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});

it.each([
  ['a conflict', refusal(409, 'ResourceConflictException'), isConflict],
  ['a missing execution', refusal(404, 'ResourceNotFoundException'), isNotFound],
  ['a throttled request', refusal(429, 'TooManyRequestsException'), isThrottle],
])('recognizes %s', async (_, answer, isExpected) => {
  using aws = await fakeAws(() => answer);
  const lambda = await target(aws.url).clients.lambda();
  const error: unknown = await lambda
    .send(new PauseDurableExecutionCommand({ DurableExecutionArn: arn }))
    .catch((caught: unknown) => caught);
  expect(isExpected(error)).toBe(true);
});

it('repeats a throttled request with the same token', async () => {
  let requests = 0;
  using aws = await fakeAws(() => {
    requests += 1;
    return requests === 1 ? refusal(429, 'TooManyRequestsException') : { status: 202, body: '{}' };
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const clients = createClients({ region: 'us-east-2', endpoint: aws.url, credentials });
  const lambda = await clients.lambda();
  await lambda.send(new PauseDurableExecutionCommand({ DurableExecutionArn: arn }));
  const tokens = aws.calls.map(
    ({ body }) => (JSON.parse(body) as { ClientToken: string }).ClientToken,
  );
  expect(tokens).toHaveLength(2);
  expect(new Set(tokens).size).toBe(1);
});

it('reads the details of a pause, which the client itself leaves out', async () => {
  const Reason = { Payload: 'outage', Truncated: false };
  const Events = [
    {
      EventType: 'ExecutionPaused',
      EventId: 1,
      EventTimestamp: 1,
      ExecutionPausedDetails: { PauseRequestTimestamp: 1, ExecutionTimeoutPaused: true, Reason },
    },
  ];
  const details = { PauseRequestTimestamp: 1, ExecutionTimeoutPaused: true, Reason: 'outage' };
  using aws = await fakeAws(({ name }) => ({
    body: JSON.stringify(
      name.endsWith('/history') ? { Events } : { Status: 'PAUSED', PauseDetails: details },
    ),
  }));
  expect(await readExecution(target(aws.url), arn)).toEqual({
    arn,
    status: 'PAUSED',
    pause: { requestedAt: '1970-01-01T00:00:01.000Z', reason: 'outage' },
  });
  expect(await readRawHistory(target(aws.url), arn, { data: true })).toMatchObject([
    { ExecutionPausedDetails: { ExecutionTimeoutPaused: true, Reason } },
  ]);
});
