/** Actions that pause and resume orders. */
import { isTerminal } from '../../../../functions/contract/workflow.ts';
import type { Stack } from '../../../environment/stack.ts';
import { changePause, type PauseAction } from '../../../orders/actions/pause.ts';
import { locateExecutions } from '../../../orders/actions/select-executions.ts';
import type { ConsoleOrder } from '../../../orders/console/snapshot.ts';
import {
  defaultRate,
  goodResults,
  maxReasonLength,
  pauseText,
  warningsFor,
} from '../../orders/pause.ts';
import type { ActionResult, ConsoleAction } from '../types.ts';
import { actionKeys } from './action-keys.ts';
import { nameOrders } from './effect-texts.ts';
import { failureText } from './run-each.ts';

/** A pause takes effect at the next checkpoint. After this time it is reported as requested (ms). */
const maxWaitMs = 10_000;

export const pause: ConsoleAction = {
  name: 'pause',
  key: actionKeys.pause,
  summary: 'pause until it is resumed',
  isChange: true,
  input: { label: 'reason', isRequired: false, maxLength: maxReasonLength },
  refusal: ({ status, isPaused = false }) =>
    isTerminal(status) ? `has ended (${status})` : isPaused ? 'is already paused' : undefined,
  describe: (orders) =>
    `Pause ${nameOrders(orders)}: a running step ends first, then no step starts until the order is resumed. Waits and reviews continue; the execution timeout stops.`,
  plan: async (stack, orders) => {
    const { found } = await locateExecutions(stack, orders);
    return warningsFor(stack, found);
  },
  run: (stack, orders, reason) => change(stack, orders, { action: 'pause', reason }),
};

export const resume: ConsoleAction = {
  name: 'resume',
  key: actionKeys.resume,
  summary: 'resume a paused order',
  isChange: true,
  input: { label: 'reason', isRequired: false, maxLength: maxReasonLength },
  refusal: ({ status, isPaused = false }) =>
    isTerminal(status) ? `has ended (${status})` : isPaused ? undefined : 'is not paused',
  describe: (orders) =>
    `Resume ${nameOrders(orders)} from the last checkpoint, on the same version.`,
  run: (stack, orders, reason) => change(stack, orders, { action: 'resume', reason }),
};

interface ChangeOptions {
  readonly action: PauseAction;
  readonly reason: string | undefined;
}

/** Pauses or resumes the orders together. If a request fails for all of them, each order without a result has that reason. */
async function change(
  stack: Stack,
  orders: readonly ConsoleOrder[],
  { action, reason }: ChangeOptions,
): Promise<ActionResult[]> {
  const signal = AbortSignal.timeout(maxWaitMs);
  const results = new Map<string, ActionResult>();
  let failure: unknown;
  try {
    const { found } = await locateExecutions(stack, orders);
    const options = { action, reason, rate: defaultRate, keepTimeout: false, signal };
    for await (const { arn: _, ...record } of changePause(stack, found, options)) {
      const { orderId, result } = record;
      results.set(orderId, { orderId, ok: goodResults.has(result), message: pauseText(record) });
    }
  } catch (error) {
    failure = error;
  }
  return orders.map(({ orderId }) => {
    const message =
      failure === undefined ? 'has no execution' : failureText(stack, orderId, failure);
    return results.get(orderId) ?? { orderId, ok: false, message };
  });
}
