import type { Permission } from '../iam/permission.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';
import { memoize } from '../wire/memoize.ts';
import type { LambdaContext } from './context.ts';
import {
  checkpointExecution,
  deleteExecution,
  getExecution,
  getExecutionHistory,
  getExecutionState,
  listFunctionExecutions,
  pauseExecution,
  resumeExecution,
  sendCallbackFailure,
  sendCallbackHeartbeat,
  sendCallbackSuccess,
  stopExecution,
} from './execution-operations.ts';
import { invokeFunction } from './invoke-operation.ts';
import {
  createAlias,
  deleteAlias,
  getAlias,
  listAliases,
  updateAlias,
} from './management/aliases.ts';
import {
  deleteFunctionEventInvokeConfig,
  getFunctionEventInvokeConfig,
  listFunctionEventInvokeConfigs,
  putFunctionEventInvokeConfig,
  updateFunctionEventInvokeConfig,
} from './management/event-invoke-operations.ts';
import {
  createFunction,
  deleteFunction,
  getFunction,
  getFunctionConfiguration,
  listFunctions,
  updateFunctionCode,
  updateFunctionConfiguration,
} from './management/functions.ts';
import { addPermission, getPolicy, removePermission } from './management/policy.ts';
import { listTags, tagResource, untagResource } from './management/tags.ts';
import { listVersions, publishVersion } from './management/versions.ts';
import { permissionRules } from './permissions.ts';
import type { LambdaOperation } from './request.ts';
import { rejectUnknownMembers } from './request-members.ts';
import {
  createFunctionUrlConfig,
  deleteFunctionUrlConfig,
  getFunctionUrlConfig,
  listFunctionUrlConfigs,
  updateFunctionUrlConfig,
} from './urls/url-operations.ts';

const functions = '/2015-03-31/functions';
const eventInvoke = '/2019-09-25/functions/{function}/event-invoke-config';
const functionUrl = '/2021-10-31/functions/{function}/url';
const executions = '/2025-12-01/durable-executions';
const callbacks = '/2025-12-01/durable-execution-callbacks';

type Route = readonly [
  method: string,
  path: string,
  operation: keyof typeof permissionRules,
  handle: LambdaOperation,
];

/**
 * All operations. `{name}` matches one segment of the path and `{name+}` one or more; the first pattern that matches a
 * path decides which operations it has.
 */
const routes: readonly Route[] = [
  ['POST', functions, 'CreateFunction', createFunction],
  ['GET', functions, 'ListFunctions', listFunctions],
  ['GET', `${functions}/{function}`, 'GetFunction', getFunction],
  ['DELETE', `${functions}/{function}`, 'DeleteFunction', deleteFunction],
  ['POST', `${functions}/{function}/invocations`, 'Invoke', invokeFunction],
  [
    'GET',
    `${functions}/{function}/configuration`,
    'GetFunctionConfiguration',
    getFunctionConfiguration,
  ],
  [
    'PUT',
    `${functions}/{function}/configuration`,
    'UpdateFunctionConfiguration',
    updateFunctionConfiguration,
  ],
  ['PUT', `${functions}/{function}/code`, 'UpdateFunctionCode', updateFunctionCode],
  ['POST', `${functions}/{function}/versions`, 'PublishVersion', publishVersion],
  ['GET', `${functions}/{function}/versions`, 'ListVersionsByFunction', listVersions],
  ['POST', `${functions}/{function}/aliases`, 'CreateAlias', createAlias],
  ['GET', `${functions}/{function}/aliases`, 'ListAliases', listAliases],
  ['GET', `${functions}/{function}/aliases/{alias}`, 'GetAlias', getAlias],
  ['PUT', `${functions}/{function}/aliases/{alias}`, 'UpdateAlias', updateAlias],
  ['DELETE', `${functions}/{function}/aliases/{alias}`, 'DeleteAlias', deleteAlias],
  ['GET', `${functions}/{function}/policy`, 'GetPolicy', getPolicy],
  ['POST', `${functions}/{function}/policy`, 'AddPermission', addPermission],
  ['DELETE', `${functions}/{function}/policy/{statement}`, 'RemovePermission', removePermission],
  ['PUT', eventInvoke, 'PutFunctionEventInvokeConfig', putFunctionEventInvokeConfig],
  ['POST', eventInvoke, 'UpdateFunctionEventInvokeConfig', updateFunctionEventInvokeConfig],
  ['GET', eventInvoke, 'GetFunctionEventInvokeConfig', getFunctionEventInvokeConfig],
  ['DELETE', eventInvoke, 'DeleteFunctionEventInvokeConfig', deleteFunctionEventInvokeConfig],
  ['GET', `${eventInvoke}/list`, 'ListFunctionEventInvokeConfigs', listFunctionEventInvokeConfigs],
  ['POST', functionUrl, 'CreateFunctionUrlConfig', createFunctionUrlConfig],
  ['GET', functionUrl, 'GetFunctionUrlConfig', getFunctionUrlConfig],
  ['PUT', functionUrl, 'UpdateFunctionUrlConfig', updateFunctionUrlConfig],
  ['DELETE', functionUrl, 'DeleteFunctionUrlConfig', deleteFunctionUrlConfig],
  ['GET', `${functionUrl}s`, 'ListFunctionUrlConfigs', listFunctionUrlConfigs],
  ['GET', '/2017-03-31/tags/{resource}', 'ListTags', listTags],
  ['POST', '/2017-03-31/tags/{resource}', 'TagResource', tagResource],
  ['DELETE', '/2017-03-31/tags/{resource}', 'UntagResource', untagResource],
  [
    'GET',
    '/2025-12-01/functions/{function}/durable-executions',
    'ListDurableExecutionsByFunction',
    listFunctionExecutions,
  ],
  [
    'POST',
    `${executions}/{execution+}/checkpoint`,
    'CheckpointDurableExecution',
    checkpointExecution,
  ],
  ['GET', `${executions}/{execution+}/state`, 'GetDurableExecutionState', getExecutionState],
  ['GET', `${executions}/{execution+}/history`, 'GetDurableExecutionHistory', getExecutionHistory],
  ['POST', `${executions}/{execution+}/stop`, 'StopDurableExecution', stopExecution],
  ['POST', `${executions}/{execution+}/pause`, 'PauseDurableExecution', pauseExecution],
  ['POST', `${executions}/{execution+}/resume`, 'ResumeDurableExecution', resumeExecution],
  ['GET', `${executions}/{execution+}`, 'GetDurableExecution', getExecution],
  ['DELETE', `${executions}/{execution+}`, 'DeleteDurableExecution', deleteExecution],
  [
    'POST',
    `${callbacks}/{callback}/succeed`,
    'SendDurableExecutionCallbackSuccess',
    sendCallbackSuccess,
  ],
  [
    'POST',
    `${callbacks}/{callback}/fail`,
    'SendDurableExecutionCallbackFailure',
    sendCallbackFailure,
  ],
  [
    'POST',
    `${callbacks}/{callback}/heartbeat`,
    'SendDurableExecutionCallbackHeartbeat',
    sendCallbackHeartbeat,
  ],
];

/** Names of all operations. */
export const operationNames: readonly string[] = routes.map(([, , operation]) => operation);

/** Paths of all operations, with `{name}` and `{name+}` in place of the names in a request. */
export const routePaths: readonly string[] = [...new Set(routes.map(([, path]) => path))];

const compiled = routes.map(([method, path, operation, handle]) => {
  const pattern = path.replace(/\{(\w+)\+\}/g, '(?<$1>.+)').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return { method, operation, handle, pattern: new RegExp(`^${pattern}/?$`) };
});

/** Finds the route of a method and path, separated by a space. All checkpoints of an execution have the same. */
const findRoute = memoize((call) => {
  const at = call.indexOf(' ');
  const [method, path] = [call.slice(0, at), call.slice(at + 1)];
  const first = compiled.find(({ pattern }) => pattern.test(path));
  const found = compiled.find(
    (candidate) =>
      candidate.method === method && candidate.pattern.source === first?.pattern.source,
  );
  return { found };
});

/** Returns the name of the operation that a request calls, or an empty string if there is none. */
export function operationName(request: Pick<WireRequest, 'method' | 'path'>): string {
  return findRoute(`${request.method} ${request.path}`).found?.operation ?? '';
}

/**
 * Runs the operation of a request. Throws UnknownOperationException for a method and path without an operation, and the
 * AwsError of the operation.
 */
export function route(
  context: LambdaContext,
  request: WireRequest,
): WireResponse | Promise<WireResponse> {
  const found = matchRoute(request);
  if (!found) throw unknownOperation(request);
  rejectUnknownMembers(found.operation, found.request);
  return found.handle(context, found.request);
}

/**
 * Returns the permissions that a request needs; an empty list if there is no operation. Throws SerializationException for a path or a
 * body that cannot be read.
 */
export function requiredPermissions(
  context: LambdaContext,
  request: WireRequest,
): readonly Permission[] {
  const found = matchRoute(request);
  return found ? permissionRules[found.operation](context, found.request) : [];
}

/** Returns the operation of a request with its path parameters; undefined if there is none. */
function matchRoute(request: WireRequest) {
  const call = `${request.method} ${request.path}`;
  const params = readParams(call);
  const { found } = findRoute(call);
  return found && { ...found, request: { ...request, params } };
}

/** Returns the path parameters of a method and path. Throws SerializationException if a segment cannot be decoded. */
const readParams = memoize((call): Readonly<Record<string, string>> => {
  const path = call.slice(call.indexOf(' ') + 1);
  for (const segment of path.split('/')) decode(segment);
  const { groups = {} } = findRoute(call).found?.pattern.exec(path) ?? {};
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decode(value)]));
});

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError(
      'SerializationException',
      `The path contains "${text}", which is not valid percent-encoding`,
    );
  }
}

function unknownOperation({ method, path }: WireRequest): AwsError {
  return new AwsError(
    'UnknownOperationException',
    `The local runtime does not implement ${method} ${path} of Lambda`,
    { status: 404 },
  );
}
