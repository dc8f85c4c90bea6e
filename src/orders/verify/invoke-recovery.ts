/** Starts the stack's recovery function for an order and waits until it has finished. */

import { setTimeout as sleep } from 'node:timers/promises';
import { outputs as names } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import { requireOutput } from '../../environment/stack-outputs.ts';
import { UserError } from '../../user-error.ts';
import { isTerminalExecution } from '../lookup/execution-status.ts';
import { readExecution } from '../lookup/executions.ts';
import { executionReadLimiter } from '../requests/rate-limiter.ts';

interface InvokeOptions {
  readonly orderId: string;
  readonly signal: AbortSignal;
}

interface RecoveryOptions extends InvokeOptions {
  /** The execution of the order, and how it ended. */
  readonly arn: string;
  readonly status: 'STOPPED' | 'TIMED_OUT' | 'FAILED';
}

/**
 * Undoes and closes an order whose execution ended abnormally, or flags it after its hand-over to the carrier. Throws a UserError if
 * that fails (exit 7).
 */
export function invokeRecovery(
  stack: Stack,
  { arn, status, ...options }: RecoveryOptions,
): Promise<void> {
  const detail = { durableExecutionArn: arn, durableExecutionName: options.orderId, status };
  return invokeAndWait(stack, { ...options, event: { detail, attended: true } });
}

/**
 * Corrects the side effects of an order as its record requires: refunds excess charges, releases stock and credits points.
 * `payments` are the keys of its known payments. Throws a UserError if that fails (exit 7).
 */
export function invokeCorrection(
  stack: Stack,
  { payments, ...options }: InvokeOptions & { readonly payments: readonly string[] },
): Promise<void> {
  const event = { settle: { orderId: options.orderId, payments } };
  return invokeAndWait(stack, { ...options, event });
}

async function invokeAndWait(
  stack: Stack,
  { orderId, signal, event }: InvokeOptions & { readonly event: object },
): Promise<void> {
  const { InvokeCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await stack.target.clients.lambda();
  const { DurableExecutionArn: arn } = await lambda.send(
    new InvokeCommand({
      FunctionName: requireOutput(stack, names.recoveryFunctionArn),
      Qualifier: 'live',
      InvocationType: 'Event',
      DurableExecutionName: `repair-${Date.now().toString(36)}-${orderId}`.slice(0, 64),
      Payload: Buffer.from(JSON.stringify(event)),
    }),
  );
  if (arn === undefined) return;
  while (!signal.aborted) {
    await executionReadLimiter.acquire();
    const execution = await readExecution(stack.target, arn);
    if (execution?.status === 'SUCCEEDED') return;
    if (execution && isTerminalExecution(execution.status)) {
      throw repairFailedError(orderId, execution.error);
    }
    await sleep(stack.target.pollMs, undefined, { signal }).catch(() => {});
  }
}

function repairFailedError(orderId: string, reason = 'unknown reason'): UserError {
  return new UserError(`Repair of ${orderId} failed: ${reason}`, {
    hint: ['orders dead-letters list', `orders repair ${orderId}`],
    exit: 7,
    code: 'RepairFailed',
  });
}
