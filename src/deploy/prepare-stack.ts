import type { Parameter, Stack as StackDescription } from '@aws-sdk/client-cloudformation';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import type { PlanSource } from './change-set.ts';
import { deleteStack } from './destroy.ts';
import { type DeployEvent, stageEvent } from './events.ts';
import { generatedIds } from './iam/resources.ts';
import { deployFailure } from './stack-events.ts';

/** How a stack can be deployed. `isNew` if it does not exist: the plan will create it, empty. */
export type StackReadiness = Pick<PlanSource, 'kind'> & { readonly isNew: boolean };

/** Statuses of a stack that is not there yet or is recreated: its parameters have no values. */
const emptyStatuses: readonly string[] = ['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE'];

/** Returns the parameters whose values the next deployment of a stack keeps. */
export function listKeptParameters(existing: StackDescription | undefined): Parameter[] {
  const isEmpty = emptyStatuses.includes(existing?.StackStatus ?? '');
  return isEmpty ? [] : (existing?.Parameters ?? []);
}

/**
 * Returns whether a deployment creates or updates the stack. Deletes a stack whose first deployment failed, unless `planOnly`.
 * Throws UserError with recovery hints if the stack cannot be deployed in its current status.
 */
export async function* prepareStack(
  target: Target,
  { existing, planOnly }: { existing: StackDescription | undefined; planOnly: boolean },
): AsyncGenerator<DeployEvent, StackReadiness> {
  const status = existing?.StackStatus;
  if (!status) return { kind: 'CREATE', isNew: true };
  if (status === 'REVIEW_IN_PROGRESS') return { kind: 'CREATE', isNew: false };
  if (status === 'ROLLBACK_COMPLETE' && !planOnly) {
    yield stageEvent('clear', 'deleting the stack whose first deployment failed');
    const outcome = yield* deleteStack(target, existing.StackId ?? '');
    if (outcome.status !== 'DELETE_COMPLETE') throw deployFailure(outcome);
    return { kind: 'CREATE', isNew: true };
  }
  const error = blockingError(target.environment.stack, status);
  if (error) throw error;
  return { kind: 'UPDATE', isNew: false };
}

/** Lambda's limit for the names of functions (characters), less the longest suffix of a function of the template. */
const maxStackNameLength = 64 - '-workflow'.length;

/** Throws UserError if CloudFormation or Lambda would reject the stack's name or the names of its functions. */
export function checkStackName(stack: string): void {
  const options = {
    hint: 'orders deploy --stack NAME',
    exit: 2,
    code: 'InvalidStackName',
  } as const;
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(stack)) {
    const rule = 'letters, digits and hyphens, with a letter first';
    throw new UserError(`The stack name "${stack}" is not valid: use ${rule}.`, options);
  }
  if (stack.length > maxStackNameLength) {
    const limit = `it has ${stack.length} characters, at most ${maxStackNameLength} are possible`;
    throw new UserError(`The stack name "${stack}" is too long: ${limit}.`, options);
  }
  // A policy for the stack `orders` covers `orders-OrdersTable-*`, and would cover the tables of this stack, too.
  const id = generatedIds.find((name) => `${stack}-`.includes(`-${name}-`));
  if (id !== undefined) {
    const reason = `IAM policies of another stack would cover the resources of a stack with "${id}" in its name`;
    throw new UserError(`The stack name "${stack}" is not valid: ${reason}.`, options);
  }
}

/** Returns the error for a stack that cannot be deployed now; undefined if it can. */
function blockingError(stack: string, status: string): UserError | undefined {
  if (status.endsWith('_IN_PROGRESS') && status !== 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') {
    return new UserError(`The stack ${stack} is busy: ${status}.`, {
      hint: ['orders deploy --attach', 'or wait until the current operation has ended'],
      exit: 6,
      code: 'StackBusy',
    });
  }
  const hint = recoveryHints(stack, status);
  if (hint.length === 0) return undefined;
  return new UserError(`The stack ${stack} is ${status} and cannot be updated.`, {
    hint,
    exit: 21,
    code: 'NeedsAttention',
  });
}

/** Returns the hints for a status in which the stack cannot be deployed; none for any other status. */
export function recoveryHints(stack: string, status: string): readonly string[] {
  return (hintsByStatus[status] ?? []).map((hint) => hint.replaceAll('STACK', stack));
}

const hintsByStatus: Readonly<Record<string, readonly string[]>> = {
  ROLLBACK_COMPLETE: ['its first deployment failed: orders deploy deletes and recreates it'],
  CREATE_FAILED: ['its resources are kept for inspection; then: orders destroy, orders deploy'],
  ROLLBACK_FAILED: ['orders destroy', 'orders deploy'],
  DELETE_FAILED: ['orders destroy', 'orders deploy'],
  UPDATE_FAILED: ['aws cloudformation rollback-stack --stack-name STACK', 'then: orders deploy'],
  UPDATE_ROLLBACK_FAILED: [
    'aws cloudformation continue-update-rollback --stack-name STACK',
    'then: orders deploy --attach',
  ],
};
