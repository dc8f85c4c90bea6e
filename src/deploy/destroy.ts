import { setTimeout as sleep } from 'node:timers/promises';
import { isNotFound } from '../target/aws-errors.ts';
import type { Target } from '../target/resolve.ts';
import { forgetStack } from '../target/stack.ts';
import { UserError } from '../user-error.ts';
import { type DeployEvent, stageEvent } from './events.ts';
import { findRunning, type Inventory, type StackResource } from './inventory.ts';
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
  /** How many orders on their way were stopped. */
  readonly stopped: number;
  /** What is still there, and the command that removes it. */
  readonly remains: readonly Remainder[];
  readonly durationMs: number;
}

/** Stopping executions has a quota of its own, some requests a second for everyone in the account. */
const stopsAtOnce = 5;
/** Orders may come in while others are stopped; looked for so often. */
const rounds = 5;

/** The result where there is no stack. */
export async function nothingToDestroy(target: Target): Promise<DestroyResult> {
  forgetStack(target);
  const { stack } = target.environment;
  const none = { deleted: [], kept: [], stopped: 0, durationMs: 0 };
  return { stack, destroyed: false, ...none, remains: await remainders(target, []) };
}

/**
 * Stops what runs and deletes the stack. Throws a UserError with the reasons when CloudFormation cannot, or may not,
 * delete it.
 */
export async function* destroy(
  target: Target,
  inventory: Inventory,
): AsyncGenerator<DeployEvent, DestroyResult> {
  const started = performance.now();
  const { stack, stackId, deleted, kept, orders } = inventory;
  checkDeletable(inventory);
  const remains = await remainders(target, kept);
  const stopped = await stopRunning(target, inventory);
  if (stopped > 0)
    yield stageEvent('stop', `${stopped} ${stopped === 1 ? 'order' : 'orders'} stopped`);
  yield stageEvent('delete', `deleting the stack ${stack}`);
  forgetStack(target);
  const end = yield* deleteStack(target, stackId);
  if (end.status !== 'DELETE_COMPLETE') throw deleteFailure(end);
  return {
    stack,
    destroyed: true,
    deleted,
    kept,
    ...(orders === undefined ? {} : { orders }),
    stopped,
    remains,
    durationMs: Math.round(performance.now() - started),
  };
}

/** Deletes a stack and tells its events; says how that ended. */
export async function* deleteStack(
  target: Target,
  stackId: string,
): AsyncGenerator<DeployEvent, StackEnd> {
  const { DeleteStackCommand } = await import('../target/sdk/cloudformation.ts');
  const since = await newestEvent(target, stackId);
  const client = await target.clients.cloudFormation();
  await client.send(new DeleteStackCommand({ StackName: stackId }));
  return yield* followStack(target, stackId, since);
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

/** Stops orders on their way, also those that come in meanwhile; answers how many. */
async function stopRunning(target: Target, { running, outputs }: Inventory): Promise<number> {
  let left = running;
  const stopped = new Set<string>();
  for (let round = 0; round < rounds && left.length > 0; round++) {
    if (round > 0) await sleep(target.pollMs);
    const waiting = left.values();
    const worker = async () => {
      for (const { arn } of waiting) {
        await stop(target, arn);
        stopped.add(arn);
      }
    };
    await Promise.all(Array.from({ length: stopsAtOnce }, worker));
    left = await findRunning(target, outputs);
  }
  return stopped.size;
}

async function stop(target: Target, arn: string): Promise<void> {
  const { StopDurableExecutionCommand } = await import('../target/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const error = { ErrorType: 'StackDestroyed', ErrorMessage: 'The stack was destroyed' };
  try {
    await lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: arn, Error: error }));
  } catch (failure) {
    if (!isNotFound(failure)) throw failure;
  }
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
