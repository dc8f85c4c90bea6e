import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterEach, expect, it, vi } from 'vitest';
import { createClients } from '../../../src/aws/clients.ts';
import { parseMix } from '../../../src/orders/load-test/mix.ts';
import { ObservedOrders } from '../../../src/orders/load-test/observed-orders.ts';
import { endlessOrders, planOrders } from '../../../src/orders/load-test/plan.ts';
import {
  type SubmitClock,
  type SubmitRate,
  submitAll,
} from '../../../src/orders/load-test/submitter.ts';
import { fakeTarget } from '../../aws/fake-aws.ts';

const mix = parseMix('low');
const outputs = {
  OrderProcessingAliasArn: 'arn:aws:lambda:us-east-2:000000000000:function:f:live',
};
const open: Disposable[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server[Symbol.dispose]();
});

/** Starts a Lambda that accepts orders, and throttles the first `refusals` attempts of each. */
async function throttlingLambda(refusals = 0) {
  const attempts = new Map<string, number>();
  return startLambda((request, response) => {
    request.resume();
    const name = String(request.headers['x-amz-durable-execution-name']);
    const count = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, count);
    if (count > refusals) return void response.writeHead(202).end();
    const headers = { 'x-amzn-errortype': 'TooManyRequestsException' };
    return void response.writeHead(429, headers).end('{"message":"Rate Exceeded."}');
  });
}

/** Starts a Lambda whose responses the test sends: `received` are the requests that have no response yet. */
async function heldLambda() {
  const received: (() => void)[] = [];
  const target = await startLambda((request, response) => {
    request.resume();
    received.push(() => response.writeHead(202).end());
  });
  return { target, received };
}

/** A clock that the test moves. */
function createManualClock() {
  let now = 0;
  const sleepers = new Map<() => void, number>();
  return {
    now: () => now,
    sleep: (ms: number) =>
      new Promise<void>((resolve) => {
        sleepers.set(resolve, now + ms);
      }),
    sleeping: () => sleepers.size,
    advance(ms: number): void {
      now += ms;
      for (const [wake, at] of sleepers) {
        if (at <= now && sleepers.delete(wake)) wake();
      }
    },
  };
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

/** Orders to submit, the rate, and the clock. Without `count`, orders are endless. */
interface Load extends SubmitRate {
  readonly count?: number;
  readonly observed?: ObservedOrders;
  readonly clock?: SubmitClock;
}

async function submit(
  target: Awaited<ReturnType<typeof startLambda>>,
  { count, observed = new ObservedOrders([]), ...load }: Load,
) {
  const options = { mix, seed: 1, round: 1 };
  const orders = count === undefined ? endlessOrders(options) : planOrders({ ...options, count });
  const { signal } = new AbortController();
  await submitAll({ target, outputs }, { ...load, orders, observed, via: 'invoke', signal });
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
  const submitted = await submit(target, { concurrency: 1, rate: 300, count });
  expect(submitted.every(({ acceptedMs }) => acceptedMs !== undefined)).toBe(true);
});

it('measures a latency that grows with every order if the service is slower than the rate', async () => {
  const { target, received } = await heldLambda();
  const clock = createManualClock();
  const observed = new ObservedOrders([]);
  const sending = submit(target, { concurrency: 1, rate: 50, count: 3, observed, clock });
  for (let due = 1; due < 3; due += 1) {
    await vi.waitUntil(() => received.length === due && clock.sleeping() === 1);
    clock.advance(20);
  }
  await vi.waitUntil(() => received.length === 3);
  // The orders were sent at 0, 20 and 40 ms. They are accepted at 140, 240 and 340 ms.
  for (let accepted = 1; accepted <= 3; accepted += 1) {
    clock.advance(100);
    received.shift()?.();
    const isAccepted = () =>
      observed.all().filter(({ acceptedMs }) => acceptedMs !== undefined).length === accepted;
    await vi.waitUntil(isAccepted);
  }
  const times = (await sending).map(({ acceptedMs = 0 }) => acceptedMs);
  expect(times.toSorted((a, b) => a - b)).toEqual([140, 220, 300]);
});

it('includes its own delay in the latency, and reports it as drift', async () => {
  const clock = createManualClock();
  const target = await throttlingLambda();
  const sending = submit(target, { concurrency: 1, rate: 100, count: 3, clock });
  await vi.waitUntil(() => clock.sleeping() === 1);
  // The second order is due after 10 ms and the third after 20 ms, but this process is busy.
  clock.advance(150);
  const drifts = (await sending).map(({ driftMs, acceptedMs }) => ({ driftMs, acceptedMs }));
  expect(drifts.slice(1)).toEqual([
    { driftMs: 140, acceptedMs: 140 },
    { driftMs: 130, acceptedMs: 130 },
  ]);
  expect(drifts[0]?.driftMs).toBe(0);
});

it('counts every throttled attempt, also of orders that were accepted later', async () => {
  const submitted = await submit(await throttlingLambda(1), { concurrency: 3, count: 3 });
  expect(submitted.map(({ throttles, error }) => ({ throttles, error }))).toEqual(
    Array(3).fill({ throttles: 1, error: undefined }),
  );
});

it('gives up on an order that is throttled every time', async () => {
  const [order] = await submit(await throttlingLambda(9), { concurrency: 1, count: 1 });
  expect(order).toMatchObject({ throttles: 2, error: { name: 'TooManyRequestsException' } });
});

it('submits endless orders until the end of the duration', async () => {
  const clock = createManualClock();
  const target = await startLambda((request, response) => {
    request.resume();
    clock.advance(100);
    response.writeHead(202).end();
  });
  const submitted = await submit(target, { concurrency: 1, durationMs: 700, clock });
  expect(submitted.map(({ acceptedMs }) => acceptedMs)).toEqual(Array(7).fill(100));
  expect(new Set(submitted.map(({ orderId }) => orderId)).size).toBe(7);
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
    const sending = submit(target, { concurrency: 1, count: 1 });
    await received;
    await vi.advanceTimersByTimeAsync(60_000);
    const [order] = await sending;
    expect(order?.error?.name).toBe('Unanswered');
    expect(order?.error?.message).toMatch(/^order-\w+: no response within 60s\.$/);
  } finally {
    vi.useRealTimers();
  }
});
