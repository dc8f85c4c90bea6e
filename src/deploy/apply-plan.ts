import type { Target } from '../environment/target.ts';
import type { Plan, PlanSource } from './change-set.ts';
import { type DeployEvent, stageEvent } from './events.ts';
import { addOrphanHints } from './orphaned-versions.ts';
import {
  deployedStatuses,
  deployFailure,
  readNewestEventId,
  watchStackEvents,
} from './stack-events.ts';

/** Executes a change set. Yields the events of the stack. Throws UserError with the root cause if the operation fails. */
export async function* applyPlan(
  target: Target,
  planned: Plan,
  kind: PlanSource['kind'],
): AsyncGenerator<DeployEvent> {
  const { ExecuteChangeSetCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  const since = await readNewestEventId(target, planned.stackId);
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: planned.changeSetId }));
  yield stageEvent('apply', kind === 'CREATE' ? 'creating the stack' : 'updating the stack');
  const outcome = yield* watchStackEvents(target, planned.stackId, since);
  if (!deployedStatuses.includes(outcome.status)) {
    throw await addOrphanHints(target, outcome, deployFailure(outcome));
  }
}
