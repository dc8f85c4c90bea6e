import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  changePause,
  type PauseAction,
  type PauseResult,
} from '../../../src/orders/actions/pause.ts';
import { type Answer, type Call, fakeAws, fakeTarget } from '../../aws/fake-aws.ts';

const functionArn = 'arn:aws:lambda:us-east-2:000000000000:function:f';
const outputs = { OrderProcessingFunctionArn: functionArn };
const orders = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    orderId: `order-${index}`,
    arn: `${functionArn}:1/durable-execution/order-${index}/1`,
  }));
const json = (body: object, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const refusal = (status: number, type: string): Answer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
  body: JSON.stringify({ Type: 'User', message: 'refused' }),
});

interface RunOptions {
  readonly count?: number;
  readonly signal?: AbortSignal;
}

/** Pauses or resumes orders against a fake service. Returns the results and the calls. */
async function run(
  action: PauseAction,
  answer: (call: Call) => Answer,
  { count = 1, signal = AbortSignal.timeout(10_000) }: RunOptions = {},
) {
  using aws = await fakeAws(answer);
  const target = fakeTarget(aws.url, mkdtempSync(join(tmpdir(), 'orders-')));
  const options = { action, keepTimeout: false, rate: 100, reason: 'outage', signal };
  const results: PauseResult[] = [];
  for await (const result of changePause({ target, outputs }, orders(count), options)) {
    results.push(result);
  }
  return { results, calls: aws.calls };
}

/** Answers requests with `answer`, and reads of the status with the statuses in turn; the last one is repeated. */
function service(answer: Answer, ...statuses: readonly string[]) {
  let reads = 0;
  return ({ name }: Call): Answer => {
    if (/\/(pause|resume)$/.test(name)) return answer;
    reads += 1;
    const Status = statuses[Math.min(reads, statuses.length) - 1];
    return Status === undefined ? refusal(404, 'ResourceNotFoundException') : json({ Status });
  };
}

const accepted: Answer = { status: 202, body: '' };
const conflict = refusal(409, 'ResourceConflictException');

it.each<[PauseAction, string, Answer, readonly string[], Partial<PauseResult>]>([
  ['pause', 'its new status', accepted, ['RUNNING', 'PAUSING', 'PAUSED'], { result: 'paused' }],
  ['resume', 'its new status', accepted, ['PAUSED', 'RUNNING'], { result: 'resumed' }],
  ['resume', 'the end of a pausing step', accepted, ['PAUSING', 'RUNNING'], { result: 'resumed' }],
  ['resume', 'the end of a short order', accepted, ['SUCCEEDED'], { result: 'resumed' }],
  ['pause', 'the end of the order', accepted, ['RUNNING', 'SUCCEEDED'], { result: 'ended' }],
  ['pause', 'a deletion', accepted, ['DELETING'], { result: 'ended', status: 'DELETING' }],
  ['pause', 'an earlier pause', conflict, ['PAUSED'], { result: 'unchanged' }],
  ['pause', 'an earlier request', conflict, ['RUNNING', 'PAUSED'], { result: 'paused' }],
  ['pause', 'the end before the request', conflict, ['FAILED'], { result: 'ended' }],
  ['resume', 'no pause', conflict, ['RUNNING'], { result: 'unchanged' }],
  ['resume', 'the end before the request', conflict, ['STOPPED'], { result: 'ended' }],
  [
    'pause',
    'a missing execution',
    refusal(404, 'ResourceNotFoundException'),
    [],
    { result: 'ended' },
  ],
  [
    'pause',
    'a bad request',
    refusal(400, 'InvalidParameterValueException'),
    [],
    { result: 'refused', message: 'refused' },
  ],
])('%s reports %s', async (action, _, answer, statuses, expected) => {
  const { results } = await run(action, service(answer, ...statuses));
  expect(results).toMatchObject([{ orderId: 'order-0', ...expected }]);
});

it('retries a throttled request with the same token', async () => {
  let requests = 0;
  const { results, calls } = await run('pause', (call) => {
    if (!call.name.endsWith('/pause')) return json({ Status: 'PAUSED' });
    requests += 1;
    return requests < 3 ? refusal(429, 'TooManyRequestsException') : accepted;
  });
  const bodies = calls.filter(({ name }) => name.endsWith('/pause')).map(({ body }) => body);
  expect(results).toMatchObject([{ result: 'paused' }]);
  expect(bodies).toHaveLength(3);
  expect(new Set(bodies).size).toBe(1);
  expect(JSON.parse(bodies[0] ?? '')).toMatchObject({
    Reason: 'outage',
    ExecutionTimeoutPaused: true,
  });
});

it('reads lists, one status per request, for many orders', async () => {
  const paused = new Set<string>();
  const all = orders(30);
  const { results, calls } = await run(
    'pause',
    ({ name, query }) => {
      const [, id = ''] = /durable-execution\/([^/]+)\/1/.exec(name) ?? [];
      if (name.endsWith('/pause')) {
        paused.add(id);
        return accepted;
      }
      const statuses = query.getAll('Statuses');
      expect(statuses).toHaveLength(1);
      const listed = all.filter(
        ({ orderId }) => paused.has(orderId) === (statuses[0] === 'PAUSED'),
      );
      const DurableExecutions = listed.map(({ orderId, arn }) => ({
        DurableExecutionArn: arn,
        DurableExecutionName: orderId,
        Status: statuses[0],
      }));
      return json({ DurableExecutions: statuses[0] === 'PAUSING' ? [] : DurableExecutions });
    },
    { count: 30 },
  );
  expect(results.map(({ result }) => result)).toEqual(Array.from({ length: 30 }, () => 'paused'));
  expect(calls.filter(({ name }) => name.startsWith('GET'))).toHaveLength(3);
});

it('reports orders that are not settled, or that no request was sent for, when it is interrupted', async () => {
  const stop = new AbortController();
  let requests = 0;
  const { results } = await run(
    'pause',
    ({ name }) => {
      if (!name.endsWith('/pause')) return json({ Status: 'RUNNING' });
      requests += 1;
      if (requests === 2) stop.abort('SIGINT');
      return accepted;
    },
    { count: 4, signal: stop.signal },
  );
  expect(results.map(({ orderId, result }) => [orderId, result])).toEqual([
    ['order-2', 'skipped'],
    ['order-3', 'skipped'],
    ['order-0', 'pausing'],
    ['order-1', 'pausing'],
  ]);
});
