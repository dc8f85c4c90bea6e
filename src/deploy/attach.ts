import { describeStack, outputsOf } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { type DeployEvent, type DeployResult, stageEvent } from './events.ts';
import { beforeOperation, deployed, deployFailure, followStack } from './stack-events.ts';

/**
 * Looks on at what CloudFormation does with the stack now, from its beginning, to its end; of one that is at rest it says how it
 * is. Throws as a deployment does when that failed.
 */
export async function* attach(target: Target): AsyncGenerator<DeployEvent, DeployResult> {
  const started = performance.now();
  const stack = await describeStack(target);
  const { StackId = '', StackStatus = '' } = stack ?? {};
  if (!stack) {
    throw new UserError(`There is no stack ${target.environment.stack} in ${target.label}.`, {
      hint: 'orders deploy',
      exit: 3,
      code: 'NotDeployed',
    });
  }
  const busy = StackStatus.endsWith('_IN_PROGRESS') && StackStatus !== 'REVIEW_IN_PROGRESS';
  yield stageEvent(
    'apply',
    busy ? `looking on: ${StackStatus}` : `nothing goes on: ${StackStatus}`,
  );
  const end = busy
    ? yield* followStack(target, StackId, await beforeOperation(target, StackId))
    : { status: StackStatus, failures: [] };
  // A stack at rest after a rollback is as it should be; one that was just rolled back is not.
  const wasRolledBack = !busy && end.status === 'UPDATE_ROLLBACK_COMPLETE';
  if (!deployed.includes(end.status) && !wasRolledBack) throw deployFailure(end);
  const now = await describeStack(target);
  return {
    stack: target.environment.stack,
    changed: busy,
    needed: busy,
    changes: [],
    outputs: now ? outputsOf(now) : {},
    durationMs: Math.round(performance.now() - started),
  };
}
