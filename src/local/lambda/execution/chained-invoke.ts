import { randomUUID } from 'node:crypto';
import { asAwsError } from '../../wire/json.ts';
import type { FunctionRegistry, FunctionVersion } from '../function-registry.ts';
import type { EngineContext } from './engine-context.ts';
import { operationEvent, toErrorDetails, toErrorObject, toResultDetails } from './history.ts';
import type { ErrorObject, Execution, Operation, OperationUpdate } from './model.ts';
import { newExecution } from './new-execution.ts';
import { listWaiting } from './waiting-executions.ts';

/** A call of a function by a durable execution. A durable function runs as a child execution. */
export interface ChainedCall {
  readonly operation: Operation;
  readonly child?: Execution;
  /** Error of a call that is not made. */
  readonly refused?: ErrorObject;
}

/** Result of a chained invocation. */
export interface CallResult {
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

/** Parses a function name, `name:qualifier`, a partial ARN or a full ARN. */
export function parseTarget(identifier: string): { name: string; qualifier: string | undefined } {
  const [name = '', qualifier] = identifier.replace(/^.*function:/, '').split(':');
  return { name, qualifier };
}

interface CallDeps {
  readonly functions: FunctionRegistry;
  readonly roles: EngineContext['roles'];
}

/** Returns the text of the denial if the role of the calling function may not invoke the target; undefined if it may. */
function findDenial(
  { functionName, version }: Execution,
  resource: string,
  { functions, roles }: CallDeps,
): string | undefined {
  const { settings } = functions.resolve(functionName, version);
  const decision = roles.authorize(settings, { action: 'lambda:InvokeFunction', resource });
  return decision.allowed ? undefined : decision.message;
}

/** Resolves the function of a chained invocation, and records on the operation what its history event contains. */
export function prepareCall(
  execution: Execution,
  { operation, update }: { operation: Operation; update: OperationUpdate },
  { functions, roles }: CallDeps,
): ChainedCall {
  const { FunctionName = '', TenantId, XAmznTraceId } = update.ChainedInvokeOptions ?? {};
  const traceHeader = XAmznTraceId ?? execution.traceHeader;
  const callOptions = {
    ...(TenantId ? { tenantId: TenantId } : {}),
    ...(traceHeader ? { traceHeader } : {}),
  };
  operation.target = { functionName: FunctionName, ...callOptions };
  if (update.Payload !== undefined) operation.input = update.Payload;
  const { name, qualifier } = parseTarget(FunctionName);
  const denial = findDenial(execution, functions.arn(name, qualifier), { functions, roles });
  if (denial !== undefined) {
    return { operation, refused: { ErrorType: 'AccessDeniedException', ErrorMessage: denial } };
  }
  let version: FunctionVersion;
  try {
    version = functions.choose(name, qualifier);
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
    ...callOptions,
    caller: { execution: execution.id, operation: operation.id },
  });
  operation.target = { ...operation.target, executionArn: child.arn };
  return { operation, child };
}

/** Returns the details of a ChainedInvokeStarted event. */
export function startedDetails({ target, input }: Operation): Record<string, unknown> {
  return {
    FunctionName: target?.functionName,
    ...(target?.tenantId ? { TenantId: target.tenantId } : {}),
    Input: toResultDetails(input),
    ...(target?.version ? { ExecutedVersion: target.version } : {}),
    ...(target?.executionArn ? { DurableExecutionArn: target.executionArn } : {}),
  };
}

/** Makes a call. Must be called within the transaction that records it. */
export function makeCall(engine: EngineContext, execution: Execution, call: ChainedCall): void {
  if (call.refused)
    recordCallResult(engine, execution, {
      operation: call.operation.id,
      status: 'FAILED',
      error: call.refused,
    });
  else if (call.child) engine.start(call.child);
  else void invokePlainFunction(engine, execution.id, call.operation);
}

/** Invokes a function that is not durable. After a restart it is invoked again: Lambda invokes at least once. */
export async function invokePlainFunction(
  engine: EngineContext,
  executionId: string,
  { id, target, input }: Operation,
): Promise<void> {
  await engine.store.committed();
  const { name } = parseTarget(target?.functionName ?? '');
  const caller = engine.find(executionId);
  const waiting = caller ? listWaiting(engine, caller) : [];
  engine.store.transact(() => engine.times.hold(waiting));
  const outcome = await engine.handlers.run({
    functionName: name,
    version: target?.version ?? '$LATEST',
    event: input ?? '{}',
    ...(target?.tenantId ? { tenantId: target.tenantId } : {}),
    ...(target?.traceHeader ? { traceHeader: target.traceHeader } : {}),
  });
  const execution = engine.find(executionId);
  if (execution?.status !== 'RUNNING') {
    engine.store.transact(() => engine.times.release(waiting));
    return;
  }
  const error = toErrorObject(outcome);
  const { payload = 'null' } = outcome;
  const result: CallResult = error
    ? { status: 'FAILED', error }
    : { status: 'SUCCEEDED', result: payload };
  engine.store.transact(() => {
    recordCallResult(engine, execution, { operation: id, ...result });
    engine.times.release(waiting);
  });
  engine.rescheduleTimers();
}

/** Passes the outcome of a child execution to its caller. Must be called within the transaction that ends the child. */
export function returnToCaller(engine: EngineContext, { caller, ...child }: Execution): void {
  const execution = caller && engine.find(caller.execution);
  if (!caller || execution?.status !== 'RUNNING') return;
  const { status, result, error } = child;
  const timedOut = { ErrorType: 'ChainedInvoke.Timeout', ErrorMessage: error?.ErrorMessage ?? '' };
  recordCallResult(engine, execution, {
    operation: caller.operation,
    status: status === 'RUNNING' || status === 'DELETING' ? 'FAILED' : status,
    ...(result === undefined ? {} : { result }),
    ...(status === 'TIMED_OUT' ? { error: timedOut } : error ? { error } : {}),
  });
}

/**
 * Records the result of a call until the caller can receive it. A function may return before its caller is suspended, but Lambda
 * records the end of the call after the end of the invocation that made it.
 */
function recordCallResult(
  engine: EngineContext,
  execution: Execution,
  { operation: id, ...arrival }: CallResult & { operation: string },
): void {
  const operation = execution.operations.get(id);
  if (operation?.status !== 'STARTED') return;
  const changed = { ...operation, arrival };
  execution.operations.set(id, changed);
  engine.executions.putOperation(execution, changed);
  engine.setTimer(execution.id, id, 0);
}

/** Ends a call with its recorded result. */
export function completeCall(
  { executions }: EngineContext,
  execution: Execution,
  pending: Operation,
): void {
  const { arrival, ...rest } = pending;
  if (!arrival) return;
  const { status, result, error } = arrival;
  const operation: Operation = {
    ...rest,
    status,
    ended: Date.now(),
    ...(result === undefined ? {} : { result }),
    ...(error ? { error } : {}),
  };
  executions.updateOperation(execution, operation);
  const details =
    status === 'SUCCEEDED' ? { Result: toResultDetails(result) } : { Error: toErrorDetails(error) };
  executions.append(execution, operationEvent(operation, { type: eventTypes[status], details }));
}
