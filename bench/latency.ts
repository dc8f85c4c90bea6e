import type { LambdaClient } from '@aws-sdk/client-lambda';
import { handlerRequestSource } from '../test/support/handler-request.ts';
import { createDriver } from './driver.ts';
import { createDurableFunction, createLambdaClient, runExecutions } from './durable-function.ts';
import type { Measurement, Part } from './measurement.ts';
import { percentile } from './statistics.ts';
import { createTimerMeasurement } from './timers.ts';

/** Checkpoints before the measured ones. */
const warmUpCheckpoints = 50;

/** A handler that returns the duration of each of its checkpoints (ms). */
const checkpointer = `${handlerRequestSource}
export const handler = async (event) => {
  let { DurableExecutionArn, CheckpointToken, InitialExecutionState } = event;
  const [execution] = InitialExecutionState.Operations;
  const { checkpoints } = JSON.parse(execution.ExecutionDetails.InputPayload);
  const path = '/2025-12-01/durable-executions/' + encodeURIComponent(DurableExecutionArn) + '/checkpoint';
  const times = [];
  for (let step = 0; step < checkpoints; step += 1) {
    const Updates = ['START', 'SUCCEED'].map((Action) => ({ Id: 's' + step, Type: 'STEP', Action }));
    const startedAt = performance.now();
    const response = await post(path, JSON.stringify({ CheckpointToken, Updates }));
    ({ CheckpointToken } = await response.json());
    times.push(performance.now() - startedAt);
  }
  return { Status: 'SUCCEEDED', Result: JSON.stringify(times.slice(${warmUpCheckpoints})) };
};`;

/** Measures the latency of checkpoints and of expired timers: without load, and beside orders. */
export const latency: Part = {
  async measure(bench, sizes) {
    const lambda = createLambdaClient(bench);
    await createDurableFunction(bench, 'checkpointer', checkpointer);
    const measureTimers = await createTimerMeasurement(bench, lambda);
    const drive = createDriver(bench);
    await measureCheckpoints(lambda, sizes.checkpoints);
    await drive(sizes.warmUp);
    const loads = [
      ['alone', async () => undefined],
      [`beside ${sizes.loadOrders} orders`, () => drive(sizes.loadOrders)],
    ] as const;
    const measurements: Measurement[] = [];
    for (const [load, run] of loads) {
      const [checkpoints] = await Promise.all([
        measureCheckpoints(lambda, sizes.checkpoints),
        run(),
      ]);
      const [timers] = await Promise.all([measureTimers(sizes.timers), run()]);
      for (const [name, values] of Object.entries({ checkpoint: checkpoints, timer: timers })) {
        for (const percent of [50, 99]) {
          measurements.push({
            name: `${name} ${load}, p${percent} (ms)`,
            value: percentile(values, percent),
            better: 'lower',
          });
        }
      }
    }
    return measurements;
  },
};

/** Returns the durations of the checkpoints of one execution (ms). */
async function measureCheckpoints(lambda: LambdaClient, checkpoints: number): Promise<number[]> {
  const [execution] = await runExecutions(lambda, 'checkpointer', [{ checkpoints }]);
  return execution?.result as number[];
}
