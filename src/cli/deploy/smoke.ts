import { samples } from '../../../functions/contract/samples.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { newOrderId, submitOrder } from '../../orders/actions/submit.ts';
import { UserError } from '../../user-error.ts';
import type { Ui } from '../terminal/terminal.ts';

/** Has a stack that was just deployed process an order; its end is the command's. */
export async function smoke(
  { target, outputs }: { target: Target; outputs: StackOutputs },
  ui: Ui,
): Promise<void> {
  const order = samples['low'];
  if (!order) throw new UserError('There is no sample "low".', { code: 'NoSample' });
  const event = { orderId: newOrderId(), order };
  const submitted = await submitOrder(target, outputs, { event, via: 'invoke' });
  process.stderr.write(`Smoke test: ${submitted.orderId}\n`);
  const { follow } = await import('../watch/watch.ts');
  const how = { ui, stream: process.stderr, timeoutMs: undefined };
  await follow({ target, outputs }, submitted, how);
}
