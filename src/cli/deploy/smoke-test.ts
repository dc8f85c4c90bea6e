import { samples } from '../../../functions/contract/samples.ts';
import type { Stack } from '../../environment/stack.ts';
import { newOrderId, submitOrder } from '../../orders/actions/submit.ts';
import { UserError } from '../../user-error.ts';
import type { Ui } from '../terminal/terminal.ts';

/** Submits a sample order to the deployed stack and watches it. The order's outcome sets the exit code. */
export async function runSmokeTest(stack: Stack, ui: Ui): Promise<void> {
  const order = samples['low'];
  if (!order) throw new UserError('There is no sample "low".', { code: 'NoSample' });
  const event = { orderId: newOrderId(), order };
  const submitted = await submitOrder(stack, { event, via: 'invoke' });
  process.stderr.write(`Smoke test: ${submitted.orderId}\n`);
  const { showWatch } = await import('../watch/watch.ts');
  const how = { ui, stream: process.stderr, timeoutMs: undefined };
  await showWatch(stack, submitted, how);
}
