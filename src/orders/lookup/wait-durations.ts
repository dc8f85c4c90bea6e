import { stages } from '../../../functions/contract/workflow.ts';
import { describeStack } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { WaitLengths } from '../../workflow/durations.ts';

/** How long the deployment's waits take here, in wall time, ms. */
export async function waitLengths(target: Target): Promise<WaitLengths> {
  const { Parameters = [] } = (await describeStack(target)) ?? {};
  const value = (name: string) =>
    Parameters.find(({ ParameterKey }) => ParameterKey === name)?.ParameterValue;
  const names = {
    'await-warehouse': 'WarehouseWaitSeconds',
    'await-pickup': 'PickupWaitSeconds',
  } as const;
  const lengths = stages.flatMap((stage) =>
    stage.kind === 'wait'
      ? [[stage.id, (Number(value(names[stage.id]) ?? stage.seconds) * 1000) / target.timeScale]]
      : [],
  );
  return Object.fromEntries(lengths) as WaitLengths;
}
