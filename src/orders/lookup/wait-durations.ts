import type { Parameter } from '@aws-sdk/client-cloudformation';
import { waitParameters } from '../../../functions/contract/api.ts';
import { stages } from '../../../functions/contract/workflow.ts';
import { describeStack } from '../../environment/stack-outputs.ts';
import { findParameter } from '../../environment/stack-parameters.ts';
import type { Target } from '../../environment/target.ts';
import type { WaitDurations } from '../../workflow/durations.ts';

/** Reads how long each wait takes in the deployed stack, in wall time (ms). */
export async function readWaitDurations(target: Target): Promise<WaitDurations> {
  const { Parameters } = (await describeStack(target)) ?? {};
  return toWaitDurations(Parameters, target.timeScale);
}

/** Returns how long each wait takes with these parameters of the stack, in wall time (ms). `timeScale`: speed-up of waits. */
export function toWaitDurations(
  parameters: readonly Parameter[] | undefined,
  timeScale: number,
): WaitDurations {
  const durations = stages.flatMap((stage) => {
    if (stage.kind !== 'wait') return [];
    const seconds = Number(findParameter(parameters, waitParameters[stage.id]) ?? stage.seconds);
    return [[stage.id, (seconds * 1000) / timeScale]];
  });
  return Object.fromEntries(durations) as WaitDurations;
}
