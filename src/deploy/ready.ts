import type { Stack } from '@aws-sdk/client-cloudformation';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import type { PlanSource } from './change-set.ts';
import { deleteStack } from './destroy.ts';
import { type DeployEvent, stageEvent } from './events.ts';
import { deployFailure } from './stack-events.ts';

/** `isNew` when there was no stack: its plan then makes an empty one. */
export type Ready = Pick<PlanSource, 'kind' | 'previous'> & { readonly isNew: boolean };

/**
 * Decides between creation and update of a stack as it was `existing`. Clears away a first creation that never succeeded, unless it is only planned. Throws a
 * UserError that leads on from every other state in which a stack cannot be deployed.
 */
export async function* makeReady(
  target: Target,
  { existing, planOnly }: { existing: Stack | undefined; planOnly: boolean },
): AsyncGenerator<DeployEvent, Ready> {
  const status = existing?.StackStatus;
  if (!status) return { kind: 'CREATE', previous: [], isNew: true };
  if (status === 'REVIEW_IN_PROGRESS') return { kind: 'CREATE', previous: [], isNew: false };
  if (status === 'ROLLBACK_COMPLETE' && !planOnly) {
    yield stageEvent('clear', 'a first deployment that never succeeded');
    const end = yield* deleteStack(target, existing.StackId ?? '');
    if (end.status !== 'DELETE_COMPLETE') throw deployFailure(end);
    return { kind: 'CREATE', previous: [], isNew: true };
  }
  const refusal = leadOn(target.environment.stack, status);
  if (refusal) throw refusal;
  const previous = (existing.Parameters ?? []).flatMap(({ ParameterKey }) => ParameterKey ?? []);
  return { kind: 'UPDATE', previous, isNew: false };
}

/** What to do about a stack that cannot be deployed now; nothing about one that can. */
function leadOn(stack: string, status: string): UserError | undefined {
  if (status.endsWith('_IN_PROGRESS') && status !== 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') {
    return new UserError(`The stack ${stack} is busy: ${status}.`, {
      hint: ['orders deploy --attach', 'or try again when that is done'],
      exit: 6,
      code: 'StackBusy',
    });
  }
  const hint = leadsOf(stack, status);
  if (hint.length === 0) return undefined;
  return new UserError(`The stack ${stack} is ${status} and cannot be changed as it is.`, {
    hint,
    exit: 21,
    code: 'NeedsAttention',
  });
}

/** What leads on from a status in which a stack cannot be deployed; nothing from others. */
export function leadsOf(stack: string, status: string): readonly string[] {
  return (leads[status] ?? []).map((each) => each.replaceAll('STACK', stack));
}

const leads: Readonly<Record<string, readonly string[]>> = {
  ROLLBACK_COMPLETE: ['its first deployment failed: orders deploy clears it away and begins anew'],
  CREATE_FAILED: ['what was made is still there to look at; then: orders destroy, orders deploy'],
  ROLLBACK_FAILED: ['orders destroy', 'orders deploy'],
  DELETE_FAILED: ['orders destroy', 'orders deploy'],
  UPDATE_FAILED: ['aws cloudformation rollback-stack --stack-name STACK', 'then: orders deploy'],
  UPDATE_ROLLBACK_FAILED: [
    'aws cloudformation continue-update-rollback --stack-name STACK',
    'then: orders deploy --attach',
  ],
};
