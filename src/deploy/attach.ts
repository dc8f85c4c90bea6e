import { describeStack, parseOutputs } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { type DeployEvent, type DeployResult, stageEvent } from './events.ts';
import {
  deployedStatuses,
  deployFailure,
  findEventBeforeOperation,
  watchStackEvents,
} from './stack-events.ts';

/**
 * Yields the events of the stack's current operation, from its start until it completes. If none is in progress, reports the
 * status. Throws UserError if the operation failed.
 */
export async function* attach(target: Target): AsyncGenerator<DeployEvent, DeployResult> {
  const started = performance.now();
  const stack = await describeStack(target);
  const { StackId = '', StackStatus = '' } = stack ?? {};
  if (!stack) {
    throw new UserError(
      `The stack ${target.environment.stack} does not exist in ${target.label}.`,
      {
        hint: 'orders deploy',
        exit: 3,
        code: 'NotDeployed',
      },
    );
  }
  const busy = StackStatus.endsWith('_IN_PROGRESS') && StackStatus !== 'REVIEW_IN_PROGRESS';
  yield stageEvent(
    'apply',
    busy ? `in progress: ${StackStatus}` : `no operation in progress: ${StackStatus}`,
  );
  const outcome = busy
    ? yield* watchStackEvents(target, StackId, await findEventBeforeOperation(target, StackId))
    : { status: StackStatus, failures: [] };
  // A rollback counts as a failure only if it was part of the operation that was watched.
  const wasRolledBack = !busy && outcome.status === 'UPDATE_ROLLBACK_COMPLETE';
  if (!deployedStatuses.includes(outcome.status) && !wasRolledBack) throw deployFailure(outcome);
  const now = await describeStack(target);
  return {
    stack: target.environment.stack,
    changed: busy,
    needed: busy,
    changes: [],
    parameters: [],
    live: [],
    rolledBack: [],
    outputs: now ? parseOutputs(now) : {},
    durationMs: Math.round(performance.now() - started),
  };
}
