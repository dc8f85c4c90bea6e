/**
 * Runs the workflow under the SDK's LocalDurableTestRunner with in-memory services: without processes, HTTP and disk. Prints the
 * orders per second. This is a separate process because the runner replaces the timers.
 */
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { samples } from '../functions/contract/samples.ts';
import { processOrder } from '../functions/order-workflow/process-order.ts';
import { createFakePorts } from '../test/functions/fake-ports.ts';

/** Number of measured orders (first argument), after five for the warm-up. */
const orders = Number(process.argv[2] ?? 30);
const { hrtime } = process;

process.env['AWS_LAMBDA_LOG_LEVEL'] = 'ERROR';
await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
let startedAt = 0n;
for (let number = -5; number < orders; number += 1) {
  if (number === 0) startedAt = hrtime.bigint();
  const { ports } = createFakePorts();
  const runner = new LocalDurableTestRunner({
    handlerFunction: withDurableExecution((event: unknown, context) =>
      processOrder(event, context, {
        ports,
        waitSeconds: { 'await-warehouse': 300, 'await-pickup': 180 },
        reviewTimeoutSeconds: 60,
      }),
    ),
  });
  const result = await runner.run({
    payload: { orderId: `order-${number}`, order: samples['low'] },
  });
  if (result.getStatus() !== 'SUCCEEDED') throw new Error(`the order ended ${result.getStatus()}`);
}
const seconds = Number(hrtime.bigint() - startedAt) / 1e9;
await LocalDurableTestRunner.teardownTestEnvironment();
process.stdout.write(`${(orders / seconds).toFixed(1)}\n`);
process.exit(0);
