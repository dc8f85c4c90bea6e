import { handlerRequestSource } from './handler-request.ts';

/**
 * Code of a durable function that waits for the seconds in its input and then returns "awake". It uses no SDK, so that tests can run
 * very many executions at little cost.
 */
export const sleeperCode = `${handlerRequestSource}
export const handler = async (event) => {
  const { DurableExecutionArn, CheckpointToken, InitialExecutionState } = event;
  const [execution, wait] = InitialExecutionState.Operations;
  if (wait?.Status === 'SUCCEEDED') return { Status: 'SUCCEEDED', Result: '"awake"' };
  if (!wait) {
    const WaitSeconds = JSON.parse(execution.ExecutionDetails.InputPayload).seconds;
    const Updates = [{ Id: 'sleep', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds } }];
    const path = '/2025-12-01/durable-executions/' + encodeURIComponent(DurableExecutionArn) + '/checkpoint';
    const answer = await post(path, JSON.stringify({ CheckpointToken, Updates }));
    if (!answer.ok) throw new Error(await answer.text());
  }
  return { Status: 'PENDING' };
};`;
