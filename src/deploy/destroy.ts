import { forgetStack } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { bucketOf } from './artifacts.ts';
import { removeBucket } from './bucket.ts';
import { cancelRunning, stopRunning } from './end-running.ts';
import { type DeployEvent, stageEvent } from './events.ts';
import type { Inventory, StackResource } from './inventory.ts';
import { type Remainder, remainders } from './remainders.ts';
import { followStack, newestEvent, type StackEnd } from './stack-events.ts';

export interface DestroyResult {
  readonly stack: string;
  /** False when there was nothing to destroy. */
  readonly destroyed: boolean;
  readonly deleted: readonly StackResource[];
  readonly kept: readonly StackResource[];
  /** Roughly; absent without a table. */
  readonly orders?: number;
  /** How many orders on their way were cancelled, with what was done for them undone. */
  readonly cancelled: number;
  /** How many were stopped as they were. */
  readonly stopped: number;
  /** What is still there, and the command that removes it. */
  readonly remains: readonly Remainder[];
  readonly durationMs: number;
}

/** The result where there is no stack; `clear` when its bucket, left by an interrupted destruction, is to go as well. */
export async function nothingToDestroy(
  target: Target,
  { clear }: { clear: boolean },
): Promise<DestroyResult> {
  forgetStack(target);
  const place = await bucketOf(target);
  if (clear) await removeBucket(target, place);
  const { stack } = target.environment;
  const none = { deleted: [], kept: [], cancelled: 0, stopped: 0, durationMs: 0 };
  return {
    stack,
    destroyed: false,
    ...none,
    remains: await remainders(target, { kept: [], ...place }),
  };
}

/**
 * Ends what runs and deletes the stack, then what its deployments left in their bucket. `force` stops orders as they are,
 * with nothing undone. Each part that was done is not done again after an interruption. Throws a UserError with the reasons
 * when CloudFormation cannot, or may not, delete it.
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
  forgetStack(target);
  const end = yield* deleteStack(target, stackId);
  if (end.status !== 'DELETE_COMPLETE') throw deleteFailure(end);
  const place = await bucketOf(target);
  if (await removeBucket(target, place)) yield stageEvent('delete', `s3://${place.bucket}`);
  return {
    stack,
    destroyed: true,
    deleted,
    kept,
    ...(orders === undefined ? {} : { orders }),
    ...ended,
    remains: await remainders(target, { kept, ...place }),
    durationMs: Math.round(performance.now() - started),
  };
}

/** What becomes of orders on their way. */
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
  yield stageEvent('cancel', `${orders(length)}, and what was done for them is undone`);
  const cancelled = await cancelRunning(target, inventory);
  yield stageEvent('cancel', `${orders(cancelled)} ended`);
  return { cancelled, stopped: 0 };
}

/** Deletes a stack and tells its events; says how that ended. */
export async function* deleteStack(
  target: Target,
  stackId: string,
): AsyncGenerator<DeployEvent, StackEnd> {
  const since = await newestEvent(target, stackId);
  await requestDeletion(target, stackId);
  return yield* followStack(target, stackId, since);
}

/** Asks for a stack's deletion without looking on: of one that was only planned there is nothing to see. */
export async function requestDeletion(target: Target, stackId: string): Promise<void> {
  const { DeleteStackCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  await client.send(new DeleteStackCommand({ StackName: stackId }));
}

/** Throws when CloudFormation would refuse, before anything is stopped. */
export function checkDeletable({ stack, status, terminationProtection }: Inventory): void {
  if (terminationProtection) {
    throw new UserError(`The stack ${stack} is protected against deletion.`, {
      hint: `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${stack}`,
      exit: 6,
      code: 'TerminationProtection',
    });
  }
  const isBusy = status.endsWith('_IN_PROGRESS');
  const maybe = ['DELETE_IN_PROGRESS', 'REVIEW_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'];
  if (!isBusy || maybe.includes(status)) return;
  throw new UserError(`The stack ${stack} is busy: ${status}.`, {
    hint: 'try again when that is done',
    exit: 6,
    code: 'StackBusy',
  });
}

function deleteFailure({ status, failures }: StackEnd): UserError {
  const own = failures.filter(({ resourceType }) => !resourceType.endsWith('::Stack'));
  const [first, ...others] = own.length > 0 ? own : failures;
  const why = first ? `${first.logicalId}: ${first.reason ?? 'no reason given'}` : status;
  return new UserError(`The stack could not be deleted: ${why}`, {
    hint: [
      ...others.map(({ logicalId, reason }) => `${logicalId}: ${reason ?? 'no reason given'}`),
      'remove the cause, then: orders destroy',
    ],
    exit: 21,
    code: 'DeleteFailed',
  });
}
