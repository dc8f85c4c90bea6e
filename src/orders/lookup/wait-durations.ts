import { stages } from '../../../functions/contract/workflow.ts';
import { describeStack } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { WaitDurations } from '../../workflow/durations.ts';

/** Reads how long each wait takes in the deployed stack, in wall time (ms). */
export async function readWaitDurations(target: Target): Promise<WaitDurations> {
  const { Parameters = [] } = (await describeStack(target)) ?? {};
  const parameter = (name: string) =>
    Parameters.find(({ ParameterKey }) => ParameterKey === name)?.ParameterValue;
  const parameterNames = {
    'await-warehouse': 'WarehouseWaitSeconds',
    'await-pickup': 'PickupWaitSeconds',
  } as const;
  const durations = stages.flatMap((stage) =>
    stage.kind === 'wait'
      ? [
          [
            stage.id,
            (Number(parameter(parameterNames[stage.id]) ?? stage.seconds) * 1000) /
              target.timeScale,
          ],
        ]
      : [],
  );
  return Object.fromEntries(durations) as WaitDurations;
}
