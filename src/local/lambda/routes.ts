import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';
import { executionDetails, listExecutions } from './api-responses.ts';
import { completeCallback, heartbeat } from './execution/callbacks.ts';
import { parseTarget } from './execution/chained-invoke.ts';
import { type CheckpointInput, checkpoint, readState } from './execution/checkpoint.ts';
import { withoutData } from './execution/history.ts';
import type { ErrorObject, Execution } from './execution/model.ts';
import { invalid } from './execution/validation.ts';
import { handlerAccessKey } from './handler-process.ts';
import { invoke, type Parts } from './invoke.ts';
import { listingQuery, pageSize } from './listing-query.ts';
import { managementRoute } from './management/routes.ts';

const json = (value: unknown): WireResponse => ({ status: 200, body: JSON.stringify(value) });

/** Answers an operation; ARNs hold an encoded `/`, so the path is split before it is decoded. */
export function route(parts: Parts, request: WireRequest): WireResponse | Promise<WireResponse> {
  const [, version, resource, ...rest] = request.path.split('/').map(decoded);
  if (version === '2015-03-31' && resource === 'functions') {
    return functionRoute(parts, request, rest);
  }
  if (resource === 'durable-executions') {
    const action = ['checkpoint', 'state', 'history', 'stop'].find((each) => each === rest.at(-1));
    const arn = (action ? rest.slice(0, -1) : rest).join('/');
    return executionRoute(parts, request, { arn, action });
  }
  if (resource === 'durable-execution-callbacks' && request.method === 'POST') {
    return callbackRoute(parts, request, rest);
  }
  const [name = '', list] = rest;
  if (resource === 'functions' && list === 'durable-executions') {
    const target = parseTarget(name);
    // What is wrong with the request comes before what is not there.
    listingQuery(request.query);
    parts.functions.resolve(target.name, target.qualifier);
    return json(listExecutions(parts, target.name, request.query));
  }
  throw unknown(request);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new AwsError('SerializationException', `The path holds "${part}", which is not encoded`);
  }
}

function functionRoute(
  parts: Parts,
  request: WireRequest,
  path: string[],
): WireResponse | Promise<WireResponse> {
  const [identifier = '', action] = path;
  if (request.method === 'POST' && action === 'invocations') {
    const { name, qualifier } = parseTarget(identifier);
    return invocation(parts, request, {
      name,
      qualifier: request.query.get('Qualifier') ?? qualifier,
    });
  }
  const answer = managementRoute(parts, request, path);
  if (answer) return answer;
  throw unknown(request);
}

async function invocation(
  parts: Parts,
  { headers, body }: WireRequest,
  { name, qualifier }: { name: string; qualifier: string | undefined },
): Promise<WireResponse> {
  const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type !== 'RequestResponse' && type !== 'Event' && type !== 'DryRun') {
    throw invalid(`Invalid invocation type: ${type}`);
  }
  const executionName = headers['x-amz-durable-execution-name'];
  const nested = headers.authorization?.includes(handlerAccessKey) ?? false;
  const input = {
    functionName: name,
    ...(qualifier ? { qualifier } : {}),
    payload: body,
    type,
    ...(executionName === undefined ? {} : { executionName }),
  } as const;
  const output = await invoke(parts, input, nested);
  const tail = headers['x-amz-log-type'] === 'Tail' && type === 'RequestResponse';
  return {
    status: output.status,
    body: output.payload,
    headers: {
      'x-amz-executed-version': output.version,
      ...(output.functionError ? { 'x-amz-function-error': output.functionError } : {}),
      ...(tail && output.log !== undefined ? { 'x-amz-log-result': logTail(output.log) } : {}),
      ...(output.executionArn ? { 'x-amz-durable-execution-arn': output.executionArn } : {}),
    },
  };
}

/** The last 4 KB of an invocation's log, as `LogType=Tail` asks for it. */
function logTail(log: string): string {
  return Buffer.from(log).subarray(-4096).toString('base64');
}

function executionRoute(
  parts: Parts,
  request: WireRequest,
  { arn, action }: { arn: string; action: string | undefined },
): WireResponse {
  const { engine, functions } = parts;
  const id = arn.split('/').at(-1) ?? '';
  const { method, query } = request;
  if (method === 'POST' && action === 'checkpoint') {
    parts.meter?.checkpoint(request.body.length);
    return { status: 200, body: checkpoint(engine, id, parse(request.body) as CheckpointInput) };
  }
  if (method === 'GET' && action === 'state') return json(readState(engine, id, query));
  const execution = engine.find(id);
  if (execution?.arn !== arn) {
    throw new AwsError('ResourceNotFoundException', 'Durable Execution does not exist', {
      status: 404,
    });
  }
  if (method === 'GET' && action === 'history') return json(history(parts, execution, query));
  if (method === 'POST' && action === 'stop') return json(stop(parts, execution, request));
  if (method === 'GET' && !action) return json(executionDetails(functions, execution, query));
  throw unknown(request);
}

function history({ engine }: Parts, { id }: Execution, query: URLSearchParams) {
  const text = query.get('Marker');
  if (text !== null && !/^\d+$/.test(text)) throw invalid('Invalid Marker');
  const limit = pageSize(query);
  const page = {
    marker: text === null ? undefined : Number(text),
    limit: limit + 1,
    reverse: query.get('ReverseOrder') === 'true',
  };
  const events = engine.executions.events(id, page);
  const all = events.slice(0, limit);
  // Absent means with data; the SDKs differ on it, and more than was asked for does no harm.
  const Events = query.get('IncludeExecutionData') === 'false' ? all.map(withoutData) : all;
  const last = Events.at(-1);
  return { Events, ...(events.length > limit && last ? { NextMarker: String(last.EventId) } : {}) };
}

function stop({ engine }: Parts, execution: Execution, { body }: WireRequest) {
  if (execution.status === 'RUNNING') {
    const error = parse(body) as ErrorObject;
    const given = Object.keys(error).length > 0 ? { error } : {};
    engine.store.transact(() => engine.close(execution, { status: 'STOPPED', ...given }));
    engine.rearm();
  }
  return { StopTimestamp: (execution.ended ?? Date.now()) / 1000 };
}

function parse(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON');
  }
}

function callbackRoute(
  { engine }: Parts,
  request: WireRequest,
  [callbackId = '', action]: string[],
): WireResponse {
  const { body } = request;
  if (action === 'succeed') {
    const result = body.length > 0 ? { result: body.toString('utf8') } : {};
    completeCallback(engine, callbackId, { status: 'SUCCEEDED', ...result });
  } else if (action === 'fail') {
    completeCallback(engine, callbackId, { status: 'FAILED', error: parse(body) as ErrorObject });
  } else if (action === 'heartbeat') heartbeat(engine, callbackId);
  else throw unknown(request);
  return json({});
}

function unknown({ method, path }: WireRequest): AwsError {
  return new AwsError(
    'UnknownOperationException',
    `The local runtime does not implement ${method} ${path} of Lambda`,
    { status: 404 },
  );
}
