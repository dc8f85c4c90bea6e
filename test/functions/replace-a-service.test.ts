import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { maxStepAttempts } from '../../functions/contract/retries.ts';
import { samples } from '../../functions/contract/samples.ts';
import { undosForFailureAt } from '../../functions/contract/workflow.ts';
import { processOrder } from '../../functions/order-workflow/process-order.ts';
import { createFakePorts } from './fake-ports.ts';
import { httpCarrier } from './http-carrier.ts';
import { waitSeconds } from './wait-seconds.ts';

let carrier: Server;
let api: string;
/** Requests to the carrier, with their idempotency keys. */
let requests: string[];
/** Status codes of the next responses, before it succeeds. */
let responses: number[];

beforeAll(async () => {
  process.env['AWS_LAMBDA_LOG_LEVEL'] = 'ERROR';
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
  carrier = createServer(({ method, url, headers }, response) => {
    requests.push(`${method} ${url} ${String(headers['idempotency-key'])}`);
    response
      .writeHead(responses.shift() ?? 200, { 'content-type': 'application/json' })
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
  requests = [];
  responses = [];
});

async function run() {
  const { ports, calls, notices, statuses } = createFakePorts();
  const runner = new LocalDurableTestRunner({
    handlerFunction: withDurableExecution((event: unknown, context) =>
      processOrder(event, context, {
        ports: { ...ports, carrier: httpCarrier(api) },
        waitSeconds,
        reviewTimeoutSeconds: 60,
      }),
    ),
  });
  await runner.run({ payload: { orderId: 'order-1', order: samples['low'] } });
  return { calls, notices, status: statuses.at(-1) };
}

it('is the example in the documentation', () => {
  const page = readFileSync(new URL('../../docs/workflow.md', import.meta.url), 'utf8');
  const shown = page.match(/```ts\n(.+?)```/s)?.[1] ?? '';
  const file = readFileSync(new URL('http-carrier.ts', import.meta.url), 'utf8');
  const without = (text: string) => text.replace(/^import .*\n/gm, '').trim();
  expect(without(shown)).toBe(without(file));
});

it('completes an order with the new service after a transient error', async () => {
  responses = [503];
  const { status, notices } = await run();
  expect(status).toBe('completed');
  expect(notices).toEqual([{ kind: 'shipped', trackingNumber: 'C-1' }]);
  expect(requests).toEqual([
    'PUT /labels/order-1 order-1/generate-shipping-label',
    'PUT /labels/order-1 order-1/generate-shipping-label',
    'POST /labels/order-1 order-1/ship-order',
  ]);
});

it('undoes an order that the new service rejects', async () => {
  responses = [422];
  const { status, calls } = await run();
  expect(status).toBe('failed');
  const undos = undosForFailureAt('generate-shipping-label', 'rejected');
  expect(calls.slice(-undos.length)).toEqual(undos);
  expect(requests).toHaveLength(1);
});

it('cancels the label during an outage', async () => {
  responses = Array(maxStepAttempts).fill(503);
  const { status } = await run();
  expect(status).toBe('failed');
  expect(requests.at(-1)).toBe('DELETE /labels/order-1 order-1/generate-shipping-label');
});
