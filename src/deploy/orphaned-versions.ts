/** Finds versions that a deployment published before it was rolled back. */
import { describeStack, parseOutputs } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { findRolledBack } from './live-version.ts';
import type { StackOutcome } from './stack-events.ts';
import { listDurableFunctions } from './versions.ts';

/**
 * Returns the error of a rolled-back deployment with the commands that delete the versions which it left behind. A rollback keeps
 * published versions, and Lambda publishes no second version with the same settings, so that the next deployment would fail.
 */
export async function addOrphanHints(
  target: Target,
  { hasPublished = false }: StackOutcome,
  error: UserError,
): Promise<UserError> {
  const isRefused = /version for this Lambda function exists/.test(error.message);
  if (error.code !== 'RolledBack' || !(hasPublished || isRefused)) return error;
  const orphans = await findOrphans(target).catch(() => []);
  const hint = orphans.map(
    ({ functionName, newest }) =>
      `before that: aws lambda delete-function --function-name ${functionName} --qualifier ${newest}`,
  );
  const { message, hints, exit, code, cause, place } = error;
  return new UserError(message, { hint: [...hints, ...hint], exit, code, cause, place });
}

/** Returns the functions with a version that is newer than the live one. */
async function findOrphans(target: Target) {
  const stack = await describeStack(target);
  if (!stack) return [];
  return findRolledBack(await listDurableFunctions({ target, outputs: parseOutputs(stack) }));
}
