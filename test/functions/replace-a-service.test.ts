import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { samples } from '../../functions/contract/samples.ts';
import { processOrder } from '../../functions/order-workflow/process-order.ts';
import { httpCarrier } from './http-carrier.ts';
import { world } from './world.ts';

let carrier: Server;
let api: string;
/** What the carrier was asked, with the key. */
let asked: string[];
/** Statuses that it answers before it serves. */
let answers: number[];

beforeAll(async () => {
  process.env['AWS_LAMBDA_LOG_LEVEL'] = 'ERROR';
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
  carrier = createServer(({ method, url, headers }, response) => {
    asked.push(`${method} ${url} ${String(headers['idempotency-key'])}`);
    response
      .writeHead(answers.shift() ?? 200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ trackingNumber: 'C-1' }));
  });
  await new Promise<void>((resolve) => carrier.listen(0, '127.0.0.1', resolve));
  api = `http://127.0.0.1:${(carrier.address() as AddressInfo).port}`;
});
afterAll(async () => {
  carrier.close();
  await LocalDurableTestRunner.teardownTestEnvironment();
});
beforeEach(() => {
  asked = [];
  answers = [];
});

async function run() {
  const { ports, calls, notices, statuses } = world();
  const runner = new LocalDurableTestRunner({
    handlerFunction: withDurableExecution((event: unknown, context) =>
      processOrder(event, context, {
        ports: { ...ports, carrier: httpCarrier(api) },
        waitSeconds: { 'await-warehouse': 300, 'await-pickup': 180 },
        reviewSeconds: 60,
      }),
    ),
  });
  await runner.run({ payload: { orderId: 'order-1', order: samples['low'] } });
  return { calls, notices, status: statuses.at(-1) };
}

it('is what the README shows', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const shown = readme.match(/```ts\n(.+?)```/s)?.[1] ?? '';
  const file = readFileSync(new URL('http-carrier.ts', import.meta.url), 'utf8');
  const without = (text: string) => text.replace(/^import .*\n/gm, '').trim();
  expect(without(shown)).toBe(without(file));
});

it('serves an order with the new service, tried again through a hiccup', async () => {
  answers = [503];
  const { status, notices } = await run();
  expect(status).toBe('completed');
  expect(notices).toEqual([{ kind: 'shipped', trackingNumber: 'C-1' }]);
  expect(asked).toEqual([
    'PUT /labels/order-1 order-1/generate-shipping-label',
    'PUT /labels/order-1 order-1/generate-shipping-label',
    'POST /labels/order-1 order-1/ship-order',
  ]);
});

it('undoes an order that the new service refuses', async () => {
  answers = [422];
  const { status, calls } = await run();
  expect(status).toBe('failed');
  expect(calls.slice(-4)).toEqual([
    'return-items',
    'void-invoice',
    'release-inventory',
    'refund-payment',
  ]);
  expect(asked).toHaveLength(1);
});

it('takes the label back when its answers stay away', async () => {
  answers = Array(4).fill(503);
  const { status } = await run();
  expect(status).toBe('failed');
  expect(asked.at(-1)).toBe('DELETE /labels/order-1 order-1/generate-shipping-label');
});
