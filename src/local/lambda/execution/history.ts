import type { Clock } from '../../clock.ts';
import type { Outcome } from '../handler-job.ts';
import type { ErrorObject, Execution, HistoryEvent, Operation } from './model.ts';

/** An event about an operation. */
export function operationEvent(
  operation: Operation,
  { type, details }: { type: string; details: Record<string, unknown> },
): HistoryEvent {
  return {
    EventType: type,
    EventTimestamp: Date.now() / 1000,
    Id: operation.id,
    ...(operation.parent === undefined ? {} : { ParentId: operation.parent }),
    ...(operation.name === undefined ? {} : { Name: operation.name }),
    ...(operation.subType === undefined ? {} : { SubType: operation.subType }),
    [`${type}Details`]: details,
  };
}

/** An event about the execution as a whole. */
function executionEvent(
  execution: Execution,
  type: string,
  details: Record<string, unknown>,
): HistoryEvent {
  return {
    EventType: type,
    EventTimestamp: Date.now() / 1000,
    Id: execution.id,
    Name: execution.name,
    [`${type}Details`]: details,
  };
}

/** The first event of a history. */
export function startEvent(execution: Execution): HistoryEvent {
  const { input, timeout } = execution;
  const details = { Input: resultOf(input), ExecutionTimeout: timeout };
  return executionEvent(execution, 'ExecutionStarted', details);
}

/** The last event of the history of an execution that has closed. */
export function endEvent(execution: Execution): HistoryEvent {
  const { status, result, error } = execution;
  if (status === 'SUCCEEDED') {
    return executionEvent(execution, 'ExecutionSucceeded', { Result: resultOf(result) });
  }
  if (status === 'TIMED_OUT') return executionEvent(execution, 'ExecutionTimedOut', {});
  const type = status === 'STOPPED' ? 'ExecutionStopped' : 'ExecutionFailed';
  return executionEvent(execution, type, { Error: errorOf(error) });
}

/** The end of an invocation; the only event without an id of its own. */
export function invocationCompleted(run: {
  started: number;
  requestId: string | undefined;
  error: ErrorObject | undefined;
}): HistoryEvent {
  const now = Date.now() / 1000;
  return {
    EventType: 'InvocationCompleted',
    EventTimestamp: now,
    InvocationCompletedDetails: {
      StartTimestamp: run.started / 1000,
      EndTimestamp: now,
      RequestId: run.requestId,
      ...(run.error ? { Error: errorOf(run.error) } : {}),
    },
  };
}

/** The invocation that was in flight when the runtime went down has failed. */
export function invocationLost({ invocation }: Execution): HistoryEvent {
  const { id: requestId, started = Date.now() } = invocation ?? {};
  const ErrorMessage = `RequestId: ${requestId} Error: Runtime exited without providing a reason`;
  const error = { ErrorType: 'Runtime.ExitError', ErrorMessage };
  return invocationCompleted({ started, requestId, error });
}

/** What made an invocation fail, as the API spells it. */
export function errorObject({ error }: Outcome): ErrorObject | undefined {
  if (!error) return undefined;
  return {
    ErrorType: error.errorType,
    ErrorMessage: error.errorMessage,
    ...(error.trace ? { StackTrace: error.trace } : {}),
  };
}

/** `Truncated` is always there: the conformance suite of AWS expects it. */
export function resultOf(payload: string | undefined) {
  return { ...(payload === undefined ? {} : { Payload: payload }), Truncated: false };
}

export function errorOf(error: ErrorObject | undefined) {
  return { ...(error ? { Payload: error } : {}), Truncated: false };
}

/** An event without what was handed over, returned or thrown; that something was stays. */
export function withoutData<Event extends HistoryEvent>(event: Event): Event {
  const key = `${event.EventType}Details`;
  const details = event[key] as Record<string, unknown> | undefined;
  if (!details) return event;
  const bare = Object.entries(details).map(([name, value]) => [
    name,
    name === 'Input' || name === 'Result' || name === 'Error' ? { Truncated: false } : value,
  ]);
  return { ...event, [key]: Object.fromEntries(bare) };
}

/** Wall-clock ms as the API (epoch seconds) or the invocation event (ISO 8601) spells it. */
type Spell = (ms: number) => number | string;
const seconds: Spell = (ms) => ms / 1000;
const iso: Spell = (ms) => new Date(ms).toISOString();

/** An operation as the handler's SDK reads it. */
export function wireOperation(
  operation: Operation,
  clock: Clock,
  where: 'api' | 'event',
): Record<string, unknown> {
  const spell = where === 'api' ? seconds : iso;
  const { result, error, due } = operation;
  const outcome = {
    ...(result === undefined ? {} : { Result: result }),
    ...(error ? { Error: error } : {}),
  };
  const wire: Record<string, unknown> = {
    Id: operation.id,
    ...(operation.parent === undefined ? {} : { ParentId: operation.parent }),
    ...(operation.name === undefined ? {} : { Name: operation.name }),
    Type: operation.type,
    ...(operation.subType === undefined ? {} : { SubType: operation.subType }),
    StartTimestamp: spell(operation.started),
    ...(operation.ended === undefined ? {} : { EndTimestamp: spell(operation.ended) }),
    Status: operation.status,
  };
  const at = due === undefined ? undefined : spell(clock.toWall(due));
  if (operation.type === 'CONTEXT') {
    wire['ContextDetails'] = {
      ...(operation.replayChildren ? { ReplayChildren: true } : {}),
      ...outcome,
    };
  }
  if (operation.type === 'STEP') {
    wire['StepDetails'] = {
      ...(operation.attempt ? { Attempt: operation.attempt } : {}),
      ...(at === undefined ? {} : { NextAttemptTimestamp: at }),
      ...outcome,
    };
  }
  if (operation.type === 'WAIT') {
    wire['WaitDetails'] = at === undefined ? {} : { ScheduledEndTimestamp: at };
  }
  if (operation.type === 'CALLBACK') {
    wire['CallbackDetails'] = { CallbackId: operation.callbackId, ...outcome };
  }
  if (operation.type === 'CHAINED_INVOKE') wire['ChainedInvokeDetails'] = outcome;
  return wire;
}

/** The EXECUTION operation, always the first of the state. */
export function executionOperation(execution: Execution, where: 'api' | 'event') {
  const spell = where === 'api' ? seconds : iso;
  return {
    Id: execution.id,
    Type: 'EXECUTION',
    Name: execution.name,
    Status: 'STARTED',
    StartTimestamp: spell(execution.started),
    ExecutionDetails: execution.input === undefined ? {} : { InputPayload: execution.input },
  };
}

/** What a replay needs: not the children of closed contexts, unless their body runs again. */
export function visibleOperations(execution: Execution): Operation[] {
  const hidden = new Set<string>();
  const visible: Operation[] = [];
  for (const operation of execution.operations.values()) {
    const parent = execution.operations.get(operation.parent ?? '');
    const closed = parent && parent.ended !== undefined && !parent.replayChildren;
    if (closed || (parent && hidden.has(parent.id))) hidden.add(operation.id);
    else visible.push(operation);
  }
  return visible;
}
