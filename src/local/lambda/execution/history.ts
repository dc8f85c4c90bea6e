import type { HandlerOutcome } from '../handler-job.ts';
import type {
  ErrorObject,
  Execution,
  HistoryEvent,
  Operation,
  PauseRequest,
  ResumeRequest,
} from './model.ts';

/** Returns a history event about an operation. */
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

/** Returns a history event about the execution as a whole. */
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

/** Returns the first event of a history. */
export function startEvent(execution: Execution): HistoryEvent {
  const { input, timeout } = execution;
  const details = { Input: toResultDetails(input), ExecutionTimeout: timeout };
  return executionEvent(execution, 'ExecutionStarted', details);
}

/** Returns the last event of the history of an ended execution. */
export function endEvent(execution: Execution): HistoryEvent {
  const { status, result, error } = execution;
  if (status === 'SUCCEEDED') {
    return executionEvent(execution, 'ExecutionSucceeded', { Result: toResultDetails(result) });
  }
  if (status === 'TIMED_OUT') return executionEvent(execution, 'ExecutionTimedOut', {});
  const type = status === 'STOPPED' ? 'ExecutionStopped' : 'ExecutionFailed';
  return executionEvent(execution, type, { Error: toErrorDetails(error) });
}

/** Returns the event of an execution that has become paused. */
export function pausedEvent(execution: Execution, request: PauseRequest): HistoryEvent {
  return executionEvent(execution, 'ExecutionPaused', {
    PauseRequestTimestamp: request.requestedAt / 1000,
    ExecutionTimeoutPaused: request.timeoutPaused,
    ...toReasonDetails(request),
  });
}

/** Returns the event of an execution that is no longer paused. */
export function resumedEvent(execution: Execution, request: ResumeRequest): HistoryEvent {
  return executionEvent(execution, 'ExecutionResumed', {
    ResumeRequestTimestamp: request.requestedAt / 1000,
    ...toReasonDetails(request),
  });
}

function toReasonDetails({ reason }: ResumeRequest) {
  return reason === undefined ? {} : { Reason: { Payload: reason, Truncated: false } };
}

/** Returns the event for the end of an invocation, the only type of event without an id. */
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
      ...(run.error ? { Error: toErrorDetails(run.error) } : {}),
    },
  };
}

/** Returns the event for an invocation that was in flight when the runtime stopped. It counts as failed. */
export function invocationLost({ invocation }: Execution): HistoryEvent {
  const { id: requestId, started = Date.now() } = invocation ?? {};
  const ErrorMessage = `RequestId: ${requestId} Error: Runtime exited without providing a reason`;
  const error = { ErrorType: 'Runtime.ExitError', ErrorMessage };
  return invocationCompleted({ started, requestId, error });
}

/** Returns the error of an invocation as in the API, or undefined if it succeeded. */
export function toErrorObject({ error }: HandlerOutcome): ErrorObject | undefined {
  if (!error) return undefined;
  return {
    ErrorType: error.errorType,
    ErrorMessage: error.errorMessage,
    ...(error.trace ? { StackTrace: error.trace } : {}),
  };
}

/** Returns a payload as in a history event. `Truncated` is always present because the conformance suite of AWS expects it. */
export function toResultDetails(payload: string | undefined) {
  return { ...(payload === undefined ? {} : { Payload: payload }), Truncated: false };
}

/** Returns an error as in a history event. */
export function toErrorDetails(error: ErrorObject | undefined) {
  return { ...(error ? { Payload: error } : {}), Truncated: false };
}

/** Returns the size of an event's input, result, error and reason (bytes). */
export function countDataBytes(event: HistoryEvent): number {
  const details = event[`${event.EventType}Details`] as Record<string, unknown> | undefined;
  let bytes = 0;
  for (const name of withoutDataValues.keys()) {
    const { Payload: payload } = (details?.[name] ?? {}) as { readonly Payload?: unknown };
    if (payload === undefined) continue;
    bytes += Buffer.byteLength(typeof payload === 'string' ? payload : JSON.stringify(payload));
  }
  return bytes;
}

/** Values of members whose data is left out. Only for reasons, `Truncated` reports that. */
const withoutDataValues: ReadonlyMap<string, object> = new Map([
  ['Input', { Truncated: false }],
  ['Result', { Truncated: false }],
  ['Error', { Truncated: false }],
  ['Reason', { Truncated: true }],
]);

/** Returns an event without its input, result, error and reason. */
export function withoutData<Event extends HistoryEvent>(event: Event): Event {
  const key = `${event.EventType}Details`;
  const details = event[key] as Record<string, unknown> | undefined;
  if (!details) return event;
  const emptied = Object.entries(details).map(([name, value]) => [
    name,
    withoutDataValues.get(name) ?? value,
  ]);
  return { ...event, [key]: Object.fromEntries(emptied) };
}
