import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { createClients } from '../../../src/aws/clients.ts';
import { parseMix } from '../../../src/orders/load-test/mix.ts';
import { Board } from '../../../src/orders/load-test/observed-orders.ts';
import { endlessOrders, planOrders } from '../../../src/orders/load-test/plan.ts';
import { type Pace, submitAll } from '../../../src/orders/load-test/submitter.ts';
import { fakeTarget } from '../../aws/fake-aws.ts';

const mix = parseMix('low');
const outputs = {
  OrderProcessingAliasArn: 'arn:aws:lambda:us-east-2:000000000000:function:f:live',
};
const open: Disposable[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each[Symbol.dispose]();
});

/** A Lambda that takes one order after the other, `tookMs` each, and refuses the first tries of each as too many. */
async function slowLambda(tookMs: number, refusals = 0) {
  let turn = Promise.resolve();
  const tried = new Map<string, number>();
  return lambdaAt((request, response) => {
    request.resume();
    const name = String(request.headers['x-amz-durable-execution-name']);
    const count = (tried.get(name) ?? 0) + 1;
    tried.set(name, count);
    if (count <= refusals) {
      const headers = { 'x-amzn-errortype': 'TooManyRequestsException' };
      return void response.writeHead(429, headers).end('{"message":"Rate Exceeded."}');
    }
    turn = turn.then(() => sleep(tookMs)).then(() => void response.writeHead(202).end());
  });
}

async function lambdaAt(answer: RequestListener) {
  const server = createServer(answer);
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

async function send(target: Awaited<ReturnType<typeof slowLambda>>, pace: Pace, count?: number) {
  const options = { mix, seed: 1, round: 1 };
  const orders = count === undefined ? endlessOrders(options) : planOrders({ ...options, count });
  const board = new Board([]);
  const { signal } = new AbortController();
  await submitAll(target, outputs, { ...pace, orders, board, via: 'invoke', signal });
  return board.all();
}

it('has all on their way that are due, however many: none waits here for a connection', async () => {
  const count = 80;
  const held: (() => void)[] = [];
  const target = await lambdaAt((request, response) => {
    request.resume();
    held.push(() => response.writeHead(202).end());
    if (held.length === count) for (const answer of held) answer();
  });
  const sent = await send(target, { concurrency: 1, rate: 300 }, count);
  expect(sent.every(({ acceptedMs }) => acceptedMs !== undefined)).toBe(true);
});

it('has the latency of a service that is slower than the rate grow with every order', async () => {
  const sent = await send(await slowLambda(40), { concurrency: 1, rate: 50 }, 12);
  const times = sent.map(({ acceptedMs = 0 }) => acceptedMs);
  // Each waits for those before it: 12 × 40 ms of work that came in within 220 ms.
  expect(times.at(-1)).toBeGreaterThan(12 * 40 - 11 * 20 - 15);
  expect(times.at(-1)).toBeGreaterThan((times[0] ?? 0) + 150);
});

it('counts what the test itself was late from when an order was due, and tells it as drift', async () => {
  const target = await slowLambda(0);
  const sending = send(target, { concurrency: 1, rate: 100 }, 20);
  await sleep(50);
  const until = performance.now() + 150;
  while (performance.now() < until);
  const sent = await sending;
  const worst = Math.max(...sent.map(({ driftMs = 0 }) => driftMs));
  expect(worst).toBeGreaterThan(80);
  for (const { driftMs = 0, acceptedMs = 0 } of sent) {
    expect(acceptedMs).toBeGreaterThanOrEqual(driftMs);
  }
});

it('counts every try that was refused as too many, also of orders that were taken in the end', async () => {
  const sent = await send(await slowLambda(0, 1), { concurrency: 3 }, 3);
  expect(sent.map(({ throttles, error }) => ({ throttles, error }))).toEqual(
    Array(3).fill({ throttles: 1, error: undefined }),
  );
});

it('gives an order up that is refused every time', async () => {
  const [order] = await send(await slowLambda(0, 9), { concurrency: 1 }, 1);
  expect(order).toMatchObject({ throttles: 2, error: { name: 'TooManyRequestsException' } });
});

it('sends orders without an end until the time is up', async () => {
  const sent = await send(await slowLambda(5), { concurrency: 2, durationMs: 700 });
  expect(sent.length).toBeGreaterThan(10);
  expect(sent.length).toBeLessThanOrEqual(142);
  expect(new Set(sent.map(({ orderId }) => orderId)).size).toBe(sent.length);
  expect(sent.every(({ acceptedMs }) => acceptedMs !== undefined)).toBe(true);
});

it('gives an answer up that does not come, and says so', async () => {
  let came: () => void = () => {};
  const coming = new Promise<void>((resolve) => {
    came = resolve;
  });
  const target = await lambdaAt((request) => void request.resume().on('end', came));
  await target.clients.lambda();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const sending = send(target, { concurrency: 1 }, 1);
    await coming;
    await vi.advanceTimersByTimeAsync(60_000);
    const [order] = await sending;
    expect(order?.error?.name).toBe('Unanswered');
    expect(order?.error?.message).toMatch(/^order-\w+ was not answered within 60s\.$/);
  } finally {
    vi.useRealTimers();
  }
});
