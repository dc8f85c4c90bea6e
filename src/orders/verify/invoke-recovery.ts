/** Asks the stack's recovery to put an order right, and waits until it has. */
import { setTimeout as sleep } from 'node:timers/promises';
import { outputs as names } from '../../../functions/contract/api.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { readExecution } from '../lookup/read-order.ts';
import { executionReads } from '../requests/rate-limiter.ts';

interface Asked {
  readonly orderId: string;
  readonly signal: AbortSignal;
}

/** Undoes and closes an order whose execution ended without doing so. Throws a UserError when that fails (exit 7). */
export function recoverNow(
  target: Target,
  outputs: StackOutputs,
  {
    arn,
    status,
    ...asked
  }: Asked & { readonly arn: string; readonly status: 'STOPPED' | 'TIMED_OUT' | 'FAILED' },
): Promise<void> {
  const detail = { durableExecutionArn: arn, durableExecutionName: asked.orderId, status };
  return ask(target, outputs, { ...asked, event: { detail } });
}

/** Gives back what was charged too much, frees stock and credits points, as the order's row says. Throws as above. */
export function settleNow(
  target: Target,
  outputs: StackOutputs,
  { payments, ...asked }: Asked & { readonly payments: readonly string[] },
): Promise<void> {
  const event = { settle: { orderId: asked.orderId, payments } };
  return ask(target, outputs, { ...asked, event });
}

async function ask(
  target: Target,
  outputs: StackOutputs,
  { orderId, signal, event }: Asked & { readonly event: object },
): Promise<void> {
  const { InvokeCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const { DurableExecutionArn: arn } = await lambda.send(
    new InvokeCommand({
      FunctionName: output(outputs, names.recoveryFunctionArn),
      Qualifier: 'live',
      InvocationType: 'Event',
      DurableExecutionName: `repair-${Date.now().toString(36)}-${orderId}`.slice(0, 64),
      Payload: Buffer.from(JSON.stringify(event)),
    }),
  );
  if (arn === undefined) return;
  while (!signal.aborted) {
    await executionReads.turn();
    const execution = await readExecution(target, arn);
    if (execution?.status === 'SUCCEEDED') return;
    if (execution && execution.status !== 'RUNNING') throw failed(orderId, execution.error);
    await sleep(target.pollMs, undefined, { signal }).catch(() => {});
  }
}

function failed(orderId: string, why = 'no reason given'): UserError {
  return new UserError(`${orderId} could not be put right: ${why}`, {
    hint: ['orders dead-letters list', `orders repair ${orderId}`],
    exit: 7,
    code: 'RepairFailed',
  });
}
