/**
 * The workflow under the SDK's LocalDurableTestRunner, with services that keep what they know in memory: no processes, no HTTP, no
 * disk. Prints orders a second; a process of its own, as the runner takes over the timers.
 */
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { samples } from '../functions/contract/samples.ts';
import { processOrder } from '../functions/order-workflow/process-order.ts';
import { world } from '../test/functions/world.ts';

const orders = 30;
const { hrtime } = process;

process.env['AWS_LAMBDA_LOG_LEVEL'] = 'ERROR';
await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
let began = 0n;
for (let number = -5; number < orders; number += 1) {
  if (number === 0) began = hrtime.bigint();
  const { ports } = world();
  const runner = new LocalDurableTestRunner({
    handlerFunction: withDurableExecution((event: unknown, context) =>
      processOrder(event, context, {
        ports,
        waitSeconds: { 'await-warehouse': 300, 'await-pickup': 180 },
        reviewSeconds: 60,
      }),
    ),
  });
  const result = await runner.run({
    payload: { orderId: `order-${number}`, order: samples['low'] },
  });
  if (result.getStatus() !== 'SUCCEEDED') throw new Error(`the order ended ${result.getStatus()}`);
}
const seconds = Number(hrtime.bigint() - began) / 1e9;
await LocalDurableTestRunner.teardownTestEnvironment();
process.stdout.write(`${(orders / seconds).toFixed(1)}\n`);
process.exit(0);
