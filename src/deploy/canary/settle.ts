/** Ends a canary: the alias first, which takes effect at once, then the stack, so that both agree. */
import type { Stack } from '../../environment/stack.ts';
import { describeStack } from '../../environment/stack-outputs.ts';
import { UserError } from '../../user-error.ts';
import { applyPlan } from '../apply-plan.ts';
import { createPlan } from '../change-set.ts';
import { type DeployEvent, stageEvent } from '../events.ts';
import { moveLiveAlias, readLiveAlias } from '../live-alias.ts';
import type { OpenCanary } from './open-canary.ts';
import { parseRelease, settledRelease, toParameters } from './release.ts';

/**
 * Makes `version` the version of all new orders. The update of the stack uses its present template and changes only the parameters of
 * the canary, so that it needs no source. Throws UserError if the stack cannot be updated; new orders then already run `version`.
 */
export async function* settleCanary(
  stack: Stack,
  { functionName, canary }: OpenCanary,
  version: string,
): AsyncGenerator<DeployEvent> {
  const { target } = stack;
  const alias = await readLiveAlias(target, functionName);
  if (alias.additional || alias.version !== version) await moveLiveAlias(target, alias, version);
  yield stageEvent('shift', `all new orders run version ${version}`);
  const existing = await describeStack(target);
  if (parseRelease(existing?.Parameters).weight === 0) return;
  // The newest version needs no value: the next version that is published becomes live.
  const release = settledRelease(version === canary.version ? undefined : version);
  const { Parameters = [], Capabilities = [] } = existing ?? {};
  const planned = await createPlan(target, {
    kind: 'UPDATE',
    template: 'previous',
    previous: Parameters.flatMap(({ ParameterKey }) => ParameterKey ?? []),
    parameters: toParameters(release),
    capabilities: Capabilities,
    hidden: [],
  }).catch((cause: unknown) => {
    throw unsettled(version, cause);
  });
  if (!planned.needed) return;
  try {
    yield* applyPlan(target, planned, 'UPDATE');
  } catch (cause) {
    throw unsettled(version, cause);
  }
}

function unsettled(version: string, cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  return new UserError(
    `The canary was decided (version ${version}), but its stack could not be updated: ${cause.message}`,
    {
      hint: ['orders versions', 'when the stack can be updated: orders deploy --attach'],
      exit: 21,
      code: 'CanaryNotSettled',
      cause,
    },
  );
}
