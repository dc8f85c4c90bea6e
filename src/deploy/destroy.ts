import { clearStackCache } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { findArtifactsBucket } from './artifacts.ts';
import { removeBucket } from './bucket.ts';
import { cancelRunning, stopRunning } from './end-running-orders.ts';
import { type DeployEvent, stageEvent } from './events.ts';
import type { Inventory, StackResource } from './inventory.ts';
import { findLeftovers, type Leftover } from './leftovers.ts';
import { readNewestEventId, type StackOutcome, watchStackEvents } from './stack-events.ts';

export interface DestroyResult {
  readonly stack: string;
  /** False if the stack did not exist. */
  readonly destroyed: boolean;
  readonly deleted: readonly StackResource[];
  readonly kept: readonly StackResource[];
  /** Approximate number of orders; absent without an orders table. */
  readonly orders?: number;
  /** Number of running orders that were cancelled. Their completed steps were undone. */
  readonly cancelled: number;
  /** Number of running orders that were stopped without undoing any step. */
  readonly stopped: number;
  /** Remaining resources, each with the command that removes it. */
  readonly remains: readonly Leftover[];
  readonly durationMs: number;
}

/** Returns the result for a missing stack. With `clear`, deletes the bucket that an interrupted destruction left. */
export async function cleanUpWithoutStack(
  target: Target,
  { clear }: { clear: boolean },
): Promise<DestroyResult> {
  clearStackCache(target);
  const bucket = await findArtifactsBucket(target);
  if (clear) await removeBucket(target, bucket);
  const { stack } = target.environment;
  const none = { deleted: [], kept: [], cancelled: 0, stopped: 0, durationMs: 0 };
  return {
    stack,
    destroyed: false,
    ...none,
    remains: await findLeftovers(target, { kept: [], ...bucket }),
  };
}

/**
 * Ends running orders, deletes the stack, then the archives of its deployments. `force` stops orders without undoing any
 * step. After an interruption, the next call skips completed parts. Throws UserError with the reasons if CloudFormation
 * cannot delete the stack.
 */
export async function* destroy(
  target: Target,
  inventory: Inventory,
  { force = false }: { readonly force?: boolean } = {},
): AsyncGenerator<DeployEvent, DestroyResult> {
  const started = performance.now();
  const { stack, stackId, deleted, kept, orders } = inventory;
  checkDeletable(inventory);
  const ended = yield* endRunning(target, inventory, force);
  yield stageEvent('delete', `deleting the stack ${stack}`);
  clearStackCache(target);
  const outcome = yield* deleteStack(target, stackId);
  if (outcome.status !== 'DELETE_COMPLETE') throw deleteFailure(outcome);
  const bucket = await findArtifactsBucket(target);
  if (await removeBucket(target, bucket)) yield stageEvent('delete', `s3://${bucket.bucket}`);
  return {
    stack,
    destroyed: true,
    deleted,
    kept,
    ...(orders === undefined ? {} : { orders }),
    ...ended,
    remains: await findLeftovers(target, { kept, ...bucket }),
    durationMs: Math.round(performance.now() - started),
  };
}

/** Stops or cancels the running orders. Returns the number of each. */
async function* endRunning(
  target: Target,
  inventory: Inventory,
  force: boolean,
): AsyncGenerator<DeployEvent, Pick<DestroyResult, 'cancelled' | 'stopped'>> {
  const { length } = inventory.running;
  const orders = (count: number) => `${count} ${count === 1 ? 'order' : 'orders'}`;
  if (length === 0) return { cancelled: 0, stopped: 0 };
  if (force) {
    const stopped = await stopRunning(target, inventory);
    yield stageEvent('stop', `${orders(stopped)} stopped`);
    return { cancelled: 0, stopped };
  }
  yield stageEvent('cancel', `cancelling ${orders(length)} and undoing completed steps`);
  const cancelled = await cancelRunning(target, inventory);
  yield stageEvent('cancel', `${orders(cancelled)} ended`);
  return { cancelled, stopped: 0 };
}

/** Deletes a stack. Yields its events and returns the outcome. */
export async function* deleteStack(
  target: Target,
  stackId: string,
): AsyncGenerator<DeployEvent, StackOutcome> {
  const since = await readNewestEventId(target, stackId);
  await requestDeletion(target, stackId);
  return yield* watchStackEvents(target, stackId, since);
}

/** Requests the deletion of a stack and does not wait: a stack without resources has no events to show. */
export async function requestDeletion(target: Target, stackId: string): Promise<void> {
  const { DeleteStackCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  const { roleArn } = target.environment;
  const options = roleArn ? { RoleARN: roleArn } : {};
  await client.send(new DeleteStackCommand({ StackName: stackId, ...options }));
}

/** Throws UserError if CloudFormation would reject the deletion. Called before any order is stopped. */
export function checkDeletable({ stack, status, terminationProtection }: Inventory): void {
  if (terminationProtection) {
    throw new UserError(`The stack ${stack} is protected against deletion.`, {
      hint: `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${stack}`,
      exit: 6,
      code: 'TerminationProtection',
    });
  }
  const isBusy = status.endsWith('_IN_PROGRESS');
  const deletable = [
    'DELETE_IN_PROGRESS',
    'REVIEW_IN_PROGRESS',
    'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
  ];
  if (!isBusy || deletable.includes(status)) return;
  throw new UserError(`The stack ${stack} is busy: ${status}.`, {
    hint: 'wait until the current operation has ended: orders deploy --attach',
    exit: 6,
    code: 'StackBusy',
  });
}

function deleteFailure({ status, failures }: StackOutcome): UserError {
  const resources = failures.filter(({ resourceType }) => !resourceType.endsWith('::Stack'));
  const [first, ...others] = resources.length > 0 ? resources : failures;
  const cause = first ? `${first.logicalId}: ${first.reason ?? 'no reason given'}` : status;
  return new UserError(`The stack could not be deleted: ${cause}`, {
    hint: [
      ...others.map(({ logicalId, reason }) => `${logicalId}: ${reason ?? 'no reason given'}`),
      'remove the cause, then: orders destroy',
    ],
    exit: 21,
    code: 'DeleteFailed',
  });
}
