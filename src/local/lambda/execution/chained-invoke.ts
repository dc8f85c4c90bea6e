import { randomUUID } from 'node:crypto';
import { asAwsError } from '../../wire/json.ts';
import type { FunctionRegistry, FunctionVersion } from '../function-registry.ts';
import type { EngineContext } from './engine-context.ts';
import { errorObject, errorOf, operationEvent, resultOf } from './history.ts';
import type { ErrorObject, Execution, Operation, OperationUpdate } from './model.ts';
import { newExecution } from './new-execution.ts';

/** A function that a durable execution calls: by an execution of its own, or plainly. */
export interface Call {
  readonly operation: Operation;
  readonly child?: Execution;
  /** Why nothing is called. */
  readonly refused?: ErrorObject;
}

/** How a chained invocation ended. */
export interface Arrival {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'STOPPED';
  readonly result?: string;
  readonly error?: ErrorObject;
}

const eventTypes = {
  SUCCEEDED: 'ChainedInvokeSucceeded',
  FAILED: 'ChainedInvokeFailed',
  TIMED_OUT: 'ChainedInvokeTimedOut',
  STOPPED: 'ChainedInvokeStopped',
} as const;

/** A name, `name:qualifier`, a partial or a full ARN. */
export function parseTarget(identifier: string): { name: string; qualifier: string | undefined } {
  const [name = '', qualifier] = identifier.replace(/^.*function:/, '').split(':');
  return { name, qualifier };
}

/** Finds what a chained invocation calls, and notes on the operation all that its event tells. */
export function prepareCall(
  execution: Execution,
  { operation, update }: { operation: Operation; update: OperationUpdate },
  functions: FunctionRegistry,
): Call {
  const { FunctionName = '', TenantId } = update.ChainedInvokeOptions ?? {};
  operation.target = { functionName: FunctionName, ...(TenantId ? { tenantId: TenantId } : {}) };
  if (update.Payload !== undefined) operation.input = update.Payload;
  const { name, qualifier } = parseTarget(FunctionName);
  let version: FunctionVersion;
  try {
    version = functions.resolve(name, qualifier);
  } catch (error) {
    const { name: ErrorType, message: ErrorMessage } = asAwsError(error);
    return { operation, refused: { ErrorType, ErrorMessage } };
  }
  operation.target = { ...operation.target, version: version.version };
  if (!version.settings.durable) return { operation };
  if (!qualifier) {
    const ErrorMessage = 'You cannot invoke a durable function using an unqualified ARN.';
    return { operation, refused: { ErrorType: 'InvalidParameterValueException', ErrorMessage } };
  }
  const child = newExecution(version, {
    name: randomUUID(),
    ...(operation.input === undefined ? {} : { input: operation.input }),
    ...(TenantId ? { tenantId: TenantId } : {}),
    caller: { execution: execution.id, operation: operation.id },
  });
  operation.target = { ...operation.target, executionArn: child.arn };
  return { operation, child };
}

/** The details of a ChainedInvokeStarted event. */
export function startedDetails({ target, input }: Operation): Record<string, unknown> {
  return {
    FunctionName: target?.functionName,
    ...(target?.tenantId ? { TenantId: target.tenantId } : {}),
    Input: resultOf(input),
    ...(target?.version ? { ExecutedVersion: target.version } : {}),
    ...(target?.executionArn ? { DurableExecutionArn: target.executionArn } : {}),
  };
}

/** Calls the function, within the transaction that records the call. */
export function makeCall(engine: EngineContext, execution: Execution, call: Call): void {
  if (call.refused)
    arrive(engine, execution, {
      operation: call.operation.id,
      status: 'FAILED',
      error: call.refused,
    });
  else if (call.child) engine.start(call.child);
  else void callPlainly(engine, execution.id, call.operation);
}

/** Calls a function that is not durable; after a restart once more, as Lambda's at-least-once allows. */
export async function callPlainly(
  engine: EngineContext,
  executionId: string,
  { id, target, input }: Operation,
): Promise<void> {
  await engine.store.committed();
  const { name } = parseTarget(target?.functionName ?? '');
  const outcome = await engine.handlers.run({
    functionName: name,
    version: target?.version ?? '$LATEST',
    event: input ?? '{}',
    ...(target?.tenantId ? { tenantId: target.tenantId } : {}),
  });
  const execution = engine.find(executionId);
  if (execution?.status !== 'RUNNING') return;
  const error = errorObject(outcome);
  const { payload = 'null' } = outcome;
  const arrival: Arrival = error
    ? { status: 'FAILED', error }
    : { status: 'SUCCEEDED', result: payload };
  engine.store.transact(() => arrive(engine, execution, { operation: id, ...arrival }));
  engine.rearm();
}

/** Hands the end of an execution to the one that called it, if one did; within the transaction that closes it. */
export function returnToCaller(engine: EngineContext, { caller, ...child }: Execution): void {
  const execution = caller && engine.find(caller.execution);
  if (!caller || execution?.status !== 'RUNNING') return;
  const { status, result, error } = child;
  const timedOut = { ErrorType: 'ChainedInvoke.Timeout', ErrorMessage: error?.ErrorMessage ?? '' };
  arrive(engine, execution, {
    operation: caller.operation,
    status: status === 'RUNNING' ? 'FAILED' : status,
    ...(result === undefined ? {} : { result }),
    ...(status === 'TIMED_OUT' ? { error: timedOut } : error ? { error } : {}),
  });
}

/**
 * Keeps what came back until the caller can be told: a target may answer before its caller has suspended, and Lambda
 * records the end of the call after that of the invocation that made it.
 */
function arrive(
  { executions, timers, clock }: EngineContext,
  execution: Execution,
  { operation: id, ...arrival }: Arrival & { operation: string },
): void {
  const operation = execution.operations.get(id);
  if (operation?.status !== 'STARTED') return;
  const changed = { ...operation, arrival };
  execution.operations.set(id, changed);
  executions.putOperation(execution, changed);
  const held = execution.invocation !== undefined;
  timers.set(execution.id, id, { due: clock.now(), held });
}

/** Ends the call with what has arrived. */
export function endCall(
  { executions }: EngineContext,
  execution: Execution,
  before: Operation,
): void {
  const { arrival, ...rest } = before;
  if (!arrival) return;
  const { status, result, error } = arrival;
  const operation: Operation = {
    ...rest,
    status,
    ended: Date.now(),
    ...(result === undefined ? {} : { result }),
    ...(error ? { error } : {}),
  };
  executions.change(execution, operation);
  const details = status === 'SUCCEEDED' ? { Result: resultOf(result) } : { Error: errorOf(error) };
  executions.append(execution, operationEvent(operation, { type: eventTypes[status], details }));
}
