import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { createClients } from '../../../src/aws/clients.ts';
import { parseMix } from '../../../src/orders/load-test/mix.ts';
import { ObservedOrders } from '../../../src/orders/load-test/observed-orders.ts';
import { endlessOrders, planOrders } from '../../../src/orders/load-test/plan.ts';
import { type SubmitRate, submitAll } from '../../../src/orders/load-test/submitter.ts';
import { fakeTarget } from '../../aws/fake-aws.ts';

const mix = parseMix('low');
const outputs = {
  OrderProcessingAliasArn: 'arn:aws:lambda:us-east-2:000000000000:function:f:live',
};
const open: Disposable[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server[Symbol.dispose]();
});

/**
 * Starts a Lambda that accepts orders sequentially, `tookMs` each, and throttles the first `refusals` attempts of
 * each.
 */
async function slowLambda(tookMs: number, refusals = 0) {
  let turn = Promise.resolve();
  const attempts = new Map<string, number>();
  return startLambda((request, response) => {
    request.resume();
    const name = String(request.headers['x-amz-durable-execution-name']);
    const count = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, count);
    if (count <= refusals) {
      const headers = { 'x-amzn-errortype': 'TooManyRequestsException' };
      return void response.writeHead(429, headers).end('{"message":"Rate Exceeded."}');
    }
    turn = turn.then(() => sleep(tookMs)).then(() => void response.writeHead(202).end());
  });
}

async function startLambda(handler: RequestListener) {
  const server = createServer(handler);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  open.push({
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const clients = createClients({
    region: 'us-east-2',
    endpoint: url,
    credentials,
    maxAttempts: 2,
  });
  return fakeTarget(url, tmpdir(), { clients });
}

async function submit(
  target: Awaited<ReturnType<typeof slowLambda>>,
  rate: SubmitRate,
  count?: number,
) {
  const options = { mix, seed: 1, round: 1 };
  const orders = count === undefined ? endlessOrders(options) : planOrders({ ...options, count });
  const observed = new ObservedOrders([]);
  const { signal } = new AbortController();
  await submitAll({ target, outputs }, { ...rate, orders, observed, via: 'invoke', signal });
  return observed.all();
}

it('has all due submissions in flight, without a limit of connections', async () => {
  const count = 80;
  const held: (() => void)[] = [];
  const target = await startLambda((request, response) => {
    request.resume();
    held.push(() => response.writeHead(202).end());
    if (held.length === count) for (const respond of held) respond();
  });
  const submitted = await submit(target, { concurrency: 1, rate: 300 }, count);
  expect(submitted.every(({ acceptedMs }) => acceptedMs !== undefined)).toBe(true);
});

it('measures a latency that grows with every order if the service is slower than the rate', async () => {
  const submitted = await submit(await slowLambda(40), { concurrency: 1, rate: 50 }, 12);
  const times = submitted.map(({ acceptedMs = 0 }) => acceptedMs);
  // Each order waits for the previous ones: 12 × 40 ms of work arrive within 220 ms.
  expect(times.at(-1)).toBeGreaterThan(12 * 40 - 11 * 20 - 15);
  expect(times.at(-1)).toBeGreaterThan((times[0] ?? 0) + 150);
});

it('includes its own delay in the latency, and reports it as drift', async () => {
  const target = await slowLambda(0);
  const sending = submit(target, { concurrency: 1, rate: 100 }, 20);
  await sleep(50);
  const until = performance.now() + 150;
  while (performance.now() < until);
  const submitted = await sending;
  const worst = Math.max(...submitted.map(({ driftMs = 0 }) => driftMs));
  expect(worst).toBeGreaterThan(80);
  for (const { driftMs = 0, acceptedMs = 0 } of submitted) {
    expect(acceptedMs).toBeGreaterThanOrEqual(driftMs);
  }
});

it('counts every throttled attempt, also of orders that were accepted later', async () => {
  const submitted = await submit(await slowLambda(0, 1), { concurrency: 3 }, 3);
  expect(submitted.map(({ throttles, error }) => ({ throttles, error }))).toEqual(
    Array(3).fill({ throttles: 1, error: undefined }),
  );
});

it('gives up on an order that is throttled every time', async () => {
  const [order] = await submit(await slowLambda(0, 9), { concurrency: 1 }, 1);
  expect(order).toMatchObject({ throttles: 2, error: { name: 'TooManyRequestsException' } });
});

it('submits endless orders until the end of the duration', async () => {
  const submitted = await submit(await slowLambda(5), { concurrency: 2, durationMs: 700 });
  expect(submitted.length).toBeGreaterThan(10);
  expect(submitted.length).toBeLessThanOrEqual(142);
  expect(new Set(submitted.map(({ orderId }) => orderId)).size).toBe(submitted.length);
  expect(submitted.every(({ acceptedMs }) => acceptedMs !== undefined)).toBe(true);
});

it('reports a missing response after the timeout', async () => {
  let reportReceived: () => void = () => {};
  const received = new Promise<void>((resolve) => {
    reportReceived = resolve;
  });
  const target = await startLambda((request) => void request.resume().on('end', reportReceived));
  await target.clients.lambda();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const sending = submit(target, { concurrency: 1 }, 1);
    await received;
    await vi.advanceTimersByTimeAsync(60_000);
    const [order] = await sending;
    expect(order?.error?.name).toBe('Unanswered');
    expect(order?.error?.message).toMatch(/^order-\w+: no response within 60s\.$/);
  } finally {
    vi.useRealTimers();
  }
});
