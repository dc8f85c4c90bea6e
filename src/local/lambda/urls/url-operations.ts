import { formatLocalUrl } from '../../shared/function-url-address.ts';
import type { WireResponse } from '../../wire/http.ts';
import type { LambdaContext } from '../context.ts';
import { toPage } from '../management/page.ts';
import { json, type LambdaRequest, parseFields, requestTarget } from '../request.ts';
import type { FunctionUrl } from './function-urls.ts';
import { createFunctionUrl, requireFunctionUrl, updateFunctionUrl } from './url-settings.ts';

export function createFunctionUrlConfig(
  context: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const url = createFunctionUrl(context, requestTarget(request), parseFields(request));
  const { LastModifiedTime: _, ...created } = describeUrl(context, url);
  return json(created, 201);
}

export function getFunctionUrlConfig(context: LambdaContext, request: LambdaRequest): WireResponse {
  return json(describeUrl(context, requireFunctionUrl(context, requestTarget(request))));
}

/** UpdateFunctionUrlConfig; absent members stay unchanged. */
export function updateFunctionUrlConfig(
  context: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const url = updateFunctionUrl(context, requestTarget(request), parseFields(request));
  return json(describeUrl(context, url));
}

export function deleteFunctionUrlConfig(
  context: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const { name, alias } = requireFunctionUrl(context, requestTarget(request));
  context.urls.remove(name, alias);
  return { status: 204 };
}

export function listFunctionUrlConfigs(
  context: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const { name } = requestTarget(request);
  context.functions.resolve(name);
  const configs = context.urls.list(name).map((url) => describeUrl(context, url));
  return json(toPage('FunctionUrlConfigs', configs, request.query));
}

function describeUrl({ functions, endpoint }: LambdaContext, url: FunctionUrl) {
  const { id, name, alias, authType, cors, created, modified } = url;
  return {
    FunctionUrl: formatLocalUrl(endpoint(), id),
    FunctionArn: functions.arn(name, alias),
    AuthType: authType,
    ...(cors ? { Cors: cors } : {}),
    CreationTime: new Date(created).toISOString(),
    LastModifiedTime: new Date(modified).toISOString(),
    InvokeMode: 'BUFFERED',
  };
}
