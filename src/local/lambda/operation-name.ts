import type { WireRequest } from '../wire/http.ts';

const ofExecution: Readonly<Record<string, string>> = {
  checkpoint: 'CheckpointDurableExecution',
  state: 'GetDurableExecutionState',
  history: 'GetDurableExecutionHistory',
  stop: 'StopDurableExecution',
};

const ofCallback: Readonly<Record<string, string>> = {
  succeed: 'SendDurableExecutionCallbackSuccess',
  fail: 'SendDurableExecutionCallbackFailure',
  heartbeat: 'SendDurableExecutionCallbackHeartbeat',
};

/** The operation that a request asks for; what manages functions has one name, as it has one limit. */
export function operationName({ method, path }: Pick<WireRequest, 'method' | 'path'>): string {
  const parts = path.split('/');
  const last = parts.at(-1) ?? '';
  if (parts[2] === 'durable-executions') return ofExecution[last] ?? 'GetDurableExecution';
  if (parts[2] === 'durable-execution-callbacks') return ofCallback[last] ?? '';
  if (last === 'durable-executions') return 'ListDurableExecutionsByFunction';
  if (last === 'invocations') return 'Invoke';
  if (method === 'GET' && parts.length === 4) return 'GetFunction';
  if (method === 'GET' && last === 'configuration') return 'GetFunctionConfiguration';
  return 'ManageFunctions';
}
