import { handlerRequestSource } from '../test/support/handler-request.ts';
import { createDurableFunction, createLambdaClient, runExecutions } from './durable-function.ts';
import type { Measurement, Part } from './measurement.ts';

/** Wall time that each wait should take (seconds). */
const waitWallSeconds = 0.1;

/** A handler that waits several times, one wait after the other. */
const repeatedWaiter = `${handlerRequestSource}
export const handler = async (event) => {
  const { DurableExecutionArn, CheckpointToken, InitialExecutionState } = event;
  const [execution, ...finished] = InitialExecutionState.Operations;
  const { waits, seconds: WaitSeconds } = JSON.parse(execution.ExecutionDetails.InputPayload);
  if (finished.length === waits) return { Status: 'SUCCEEDED', Result: 'null' };
  const path = '/2025-12-01/durable-executions/' + encodeURIComponent(DurableExecutionArn) + '/checkpoint';
  const Updates = [{ Id: 'w' + finished.length, Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds } }];
  await post(path, JSON.stringify({ CheckpointToken, Updates }));
  return { Status: 'PENDING' };
};`;

/** Measures how fast virtual time passes for an execution that only waits, as a share of the time scale. */
export const timeScale: Part = {
  findMissing: (bench) =>
    bench.hasTimeScale ? undefined : '`orders local start` has no --time-scale',
  async measure(bench, { timeScales, waits }) {
    const measurements: Measurement[] = [];
    for (const scale of timeScales) {
      bench.restart(scale);
      await createDurableFunction(bench, 'repeated-waiter', repeatedWaiter);
      const seconds = Math.round(scale * waitWallSeconds);
      const lambda = createLambdaClient(bench);
      // The first execution starts the handler's process.
      await runExecutions(lambda, 'repeated-waiter', [{ waits: 1, seconds: 1 }]);
      const [execution] = await runExecutions(lambda, 'repeated-waiter', [{ waits, seconds }]);
      const wallSeconds = (execution?.durationMs ?? Number.NaN) / 1000;
      measurements.push({
        name: `time scale reached at x${scale} (share)`,
        value: (waits * seconds) / wallSeconds / scale,
        better: 'higher',
      });
    }
    bench.restart();
    return measurements;
  },
};
