import type { Stack } from '../../environment/stack.ts';
import type { DeployEvent } from '../events.ts';
import { bakeCanary, type CanaryDecision, type CanaryEvent, personDecision } from './bake.ts';
import { listCanaryExecutions } from './observe.ts';
import { type OpenCanary, readStart } from './open-canary.ts';
import { settleCanary } from './settle.ts';

/** CloudFormation records the change of the alias after it took effect: the first orders of the version may be older (ms). */
const startMarginMs = 10 * 60_000;

/** An order that ran on the new version. */
export interface CanaryOrder {
  readonly orderId: string;
  /** Status of its execution. */
  readonly status: string;
}

export interface CanaryResult {
  readonly action: CanaryDecision['action'];
  readonly by: CanaryDecision['by'];
  readonly reasons: readonly string[];
  readonly live: string;
  readonly canary: string;
  /** Share of new orders that ran the new version (0 to 1). */
  readonly weight: number;
  /** The orders that ran on the new version, oldest first. */
  readonly orders: readonly CanaryOrder[];
  readonly durationMs: number;
}

/** Judges an open canary and carries the decision out. Yields progress. Throws UserError if the stack cannot be updated. */
export async function* runCanary(
  stack: Stack,
  open: OpenCanary,
): AsyncGenerator<DeployEvent | CanaryEvent, CanaryResult> {
  const started = performance.now();
  // The settlement changes the time of the alias.
  const since = await readStart(stack);
  const decision =
    open.decided === undefined
      ? yield* bakeCanary(stack, open)
      : personDecision(open, open.decided);
  const { action, by, reasons, version } = decision;
  if (version !== undefined) yield* settleCanary(stack, open, version);
  const { canary } = await listCanaryExecutions(stack, open, since - startMarginMs);
  return {
    action,
    by,
    reasons,
    live: open.live,
    canary: open.canary.version,
    weight: open.canary.weight,
    orders: canary.map(({ orderId, status }) => ({ orderId, status })),
    durationMs: Math.round(performance.now() - started),
  };
}
