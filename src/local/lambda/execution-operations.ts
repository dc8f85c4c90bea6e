import type { WireResponse } from '../wire/http.ts';
import { executionDetails, listExecutions } from './api-responses.ts';
import { Constraints, type Fields } from './constraints.ts';
import type { LambdaContext } from './context.ts';
import { conflict, invalidParameter, notFound } from './errors.ts';
import { completeCallback, recordHeartbeat } from './execution/callbacks.ts';
import { type CheckpointInput, checkpoint, readState } from './execution/checkpoint.ts';
import { withoutData } from './execution/history.ts';
import type { ErrorObject, Execution, ResumeRequest } from './execution/model.ts';
import { isOldSdk, withTokenMessage } from './execution/stale-token.ts';
import { parsePageSize } from './listing-query.ts';
import { json, type LambdaRequest, parseBody, parseFields, requestTarget } from './request.ts';

/** Maximum length of the reason for a pause or its end (characters). */
const maxReasonLength = 1024;

export function listFunctionExecutions(
  context: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  return json(listExecutions(context, requestTarget(request), request.query));
}

export function checkpointExecution(
  { engine, meter }: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  meter?.checkpoint(request.body.length);
  const input = { ...(parseBody(request) as CheckpointInput), isOldSdk: isOldSdk(request.headers) };
  try {
    return { status: 200, body: checkpoint(engine, executionId(request), input) };
  } catch (error) {
    throw withTokenMessage(error, request.headers);
  }
}

export function getExecutionState({ engine }: LambdaContext, request: LambdaRequest): WireResponse {
  try {
    return json(readState(engine, executionId(request), request.query));
  } catch (error) {
    throw withTokenMessage(error, request.headers);
  }
}

export function getExecution(context: LambdaContext, request: LambdaRequest): WireResponse {
  const execution = findExecution(context, request);
  return json(executionDetails(context, execution, request.query));
}

export function getExecutionHistory(context: LambdaContext, request: LambdaRequest): WireResponse {
  const { query } = request;
  const { id } = findExecution(context, request);
  const marker = query.get('Marker');
  if (marker !== null && !/^\d+$/.test(marker)) throw invalidParameter('Invalid Marker');
  const limit = parsePageSize(query);
  const events = context.engine.executions.events(id, {
    marker: marker === null ? undefined : Number(marker),
    limit: limit + 1,
    reverse: query.get('ReverseOrder') === 'true',
  });
  const page = events.slice(0, limit);
  // The SDKs differ in the default of this flag. An absent flag includes the data, which suits all of them.
  const Events = query.get('IncludeExecutionData') === 'false' ? page.map(withoutData) : page;
  const last = Events.at(-1);
  return json({
    Events,
    ...(events.length > limit && last ? { NextMarker: String(last.EventId) } : {}),
  });
}

/** StopDurableExecution; an execution that has ended stays unchanged. */
export function stopExecution(context: LambdaContext, request: LambdaRequest): WireResponse {
  const { engine } = context;
  const execution = findExecution(context, request);
  if (execution.status === 'DELETING') throw conflict('The durable execution is being deleted.');
  if (execution.status === 'RUNNING') {
    const error = parseBody(request) as ErrorObject;
    const reason = Object.keys(error).length > 0 ? { error } : {};
    engine.store.transact(() => engine.close(execution, { status: 'STOPPED', ...reason }));
    engine.rescheduleTimers();
  }
  return json({ StopTimestamp: (execution.ended ?? Date.now()) / 1000 });
}

/** PauseDurableExecution. */
export function pauseExecution(context: LambdaContext, request: LambdaRequest): WireResponse {
  const execution = findExecution(context, request);
  const input = parseFields(request);
  const { ExecutionTimeoutPaused: timeoutPaused = true } = input;
  if (typeof timeoutPaused !== 'boolean') {
    throw invalidParameter('ExecutionTimeoutPaused must be true or false.');
  }
  context.engine.pause(execution, { ...parseStatusRequest(input), timeoutPaused });
  return json({}, 202);
}

/** ResumeDurableExecution. */
export function resumeExecution(context: LambdaContext, request: LambdaRequest): WireResponse {
  const execution = findExecution(context, request);
  context.engine.resumePaused(execution, parseStatusRequest(parseFields(request)));
  return json({}, 202);
}

/** Returns the common members of a request to pause or resume. Throws ValidationException. */
function parseStatusRequest({ ClientToken, Reason }: Fields): ResumeRequest {
  const constraints = new Constraints();
  constraints.matches('clientToken', ClientToken, /^[\x21-\x7e]{1,64}$/);
  constraints.maxLength('reason', Reason, maxReasonLength);
  constraints.throwIfViolated();
  return {
    requestedAt: Date.now(),
    ...(typeof ClientToken === 'string' ? { clientToken: ClientToken } : {}),
    ...(typeof Reason === 'string' ? { reason: Reason } : {}),
  };
}

/** DeleteDurableExecution. Child executions and logs stay. Throws ResourceConflictException if the execution has not ended. */
export function deleteExecution(context: LambdaContext, request: LambdaRequest): WireResponse {
  const execution = findExecution(context, request);
  if (execution.status === 'RUNNING' || execution.status === 'DELETING') {
    throw conflict('The durable execution is not in a state in which it can be deleted.');
  }
  context.engine.deleteEnded(execution);
  return json({ DeletionRequestTimestamp: Date.now() / 1000 }, 202);
}

export function sendCallbackSuccess(
  { engine }: LambdaContext,
  { params, body }: LambdaRequest,
): WireResponse {
  const result = body.length > 0 ? { result: body.toString('utf8') } : {};
  completeCallback(engine, params['callback'] ?? '', { status: 'SUCCEEDED', ...result });
  return json({});
}

export function sendCallbackFailure(
  { engine }: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const error = parseBody(request) as ErrorObject;
  completeCallback(engine, request.params['callback'] ?? '', { status: 'FAILED', error });
  return json({});
}

export function sendCallbackHeartbeat(
  { engine }: LambdaContext,
  { params }: LambdaRequest,
): WireResponse {
  recordHeartbeat(engine, params['callback'] ?? '');
  return json({});
}

/** Returns the last segment of the execution's ARN. */
function executionId({ params }: LambdaRequest): string {
  return params['execution']?.split('/').at(-1) ?? '';
}

function findExecution({ engine }: LambdaContext, request: LambdaRequest): Execution {
  const execution = engine.find(executionId(request));
  if (execution?.arn !== request.params['execution'] || !execution) {
    throw notFound('Durable Execution does not exist');
  }
  return execution;
}
