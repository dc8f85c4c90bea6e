import { waitParameters } from '../../../functions/contract/api.ts';
import { stages } from '../../../functions/contract/workflow.ts';
import { describeStack } from '../../environment/stack-outputs.ts';
import { findParameter } from '../../environment/stack-parameters.ts';
import type { Target } from '../../environment/target.ts';
import type { WaitDurations } from '../../workflow/durations.ts';

/** Reads how long each wait takes in the deployed stack, in wall time (ms). */
export async function readWaitDurations(target: Target): Promise<WaitDurations> {
  const { Parameters } = (await describeStack(target)) ?? {};
  const durations = stages.flatMap((stage) =>
    stage.kind === 'wait'
      ? [
          [
            stage.id,
            (Number(findParameter(Parameters, waitParameters[stage.id]) ?? stage.seconds) * 1000) /
              target.timeScale,
          ],
        ]
      : [],
  );
  return Object.fromEntries(durations) as WaitDurations;
}
