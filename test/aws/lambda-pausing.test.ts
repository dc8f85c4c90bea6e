import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as client from '@aws-sdk/client-lambda';
import { expect, it } from 'vitest';
import { createClients } from '../../src/aws/clients.ts';
import { isConflict, isNotFound, isThrottle } from '../../src/aws/errors.ts';
import {
  PauseDurableExecutionCommand,
  ResumeDurableExecutionCommand,
} from '../../src/aws/sdk/lambda-pausing.ts';
import { readExecution } from '../../src/orders/lookup/executions.ts';
import { readRawHistory } from '../../src/orders/lookup/history.ts';
import { type Answer, fakeAws, fakeTarget } from './fake-aws.ts';

const arn = 'arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/order-1/1';
const path = `/2025-12-01/durable-executions/${arn}`;
const target = (url: string) => fakeTarget(url, mkdtempSync(join(tmpdir(), 'orders-')));
const refusal = (status: number, type: string): Answer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
  body: JSON.stringify({ Type: 'User', message: 'refused' }),
});

it('is needed until the client has the commands: then replace src/aws/sdk/lambda-pausing.ts by exports of the client', () => {
  expect(Object.keys(client)).not.toContain('PauseDurableExecutionCommand');
});

it('sends signed requests with a token, the reason and the switch for the timeout', async () => {
  using aws = await fakeAws(() => ({ status: 202, body: '' }));
  const lambda = await target(aws.url).clients.lambda();
  const input = { DurableExecutionArn: arn, ClientToken: 'token-1', Reason: 'outage' };
  await lambda.send(new PauseDurableExecutionCommand({ ...input, ExecutionTimeoutPaused: false }));
  await lambda.send(new ResumeDurableExecutionCommand({ DurableExecutionArn: arn }));
  const [pause, resume] = aws.calls;
  expect(pause).toMatchObject({ name: `POST ${path}/pause`, accessKeyId: 'test' });
  expect(JSON.parse(pause?.body ?? '')).toEqual({
    ClientToken: 'token-1',
    Reason: 'outage',
    ExecutionTimeoutPaused: false,
  });
  expect(resume).toMatchObject({ name: `POST ${path}/resume`, accessKeyId: 'test' });
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
