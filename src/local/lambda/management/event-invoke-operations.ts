import type { WireResponse } from '../../wire/http.ts';
import type { LambdaContext } from '../context.ts';
import type { StoredEventInvokeConfig } from '../event-invoke-configs.ts';
import { json, type LambdaRequest, parseFields, requestTarget } from '../request.ts';
import {
  putEventInvokeConfig,
  requireEventInvokeConfig,
  updateEventInvokeConfig,
} from './event-invoke-settings.ts';
import { toPage } from './page.ts';

/** PutFunctionEventInvokeConfig. */
export function putFunctionEventInvokeConfig(
  context: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  putEventInvokeConfig(context, requestTarget(request), parseFields(request));
  return getFunctionEventInvokeConfig(context, request);
}

/** UpdateFunctionEventInvokeConfig; absent members stay unchanged. */
export function updateFunctionEventInvokeConfig(
  context: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  updateEventInvokeConfig(context, requestTarget(request), parseFields(request));
  return getFunctionEventInvokeConfig(context, request);
}

/** GetFunctionEventInvokeConfig. */
export function getFunctionEventInvokeConfig(
  context: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const target = requestTarget(request);
  return json(describeConfig(context, target.name, requireEventInvokeConfig(context, target)));
}

/** DeleteFunctionEventInvokeConfig. */
export function deleteFunctionEventInvokeConfig(
  context: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const target = requestTarget(request);
  const { qualifier } = requireEventInvokeConfig(context, target);
  context.eventInvokeConfigs.remove(target.name, qualifier);
  return { status: 204 };
}

/** ListFunctionEventInvokeConfigs. */
export function listFunctionEventInvokeConfigs(
  context: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const { name } = requestTarget(request);
  context.functions.resolve(name);
  const configs = context.eventInvokeConfigs
    .list(name)
    .map((config) => describeConfig(context, name, config));
  return json(toPage('FunctionEventInvokeConfigs', configs, request.query));
}

function describeConfig(
  { functions }: LambdaContext,
  name: string,
  { qualifier, modified, retryAttempts, maxAgeSeconds }: StoredEventInvokeConfig,
): object {
  return {
    LastModified: modified / 1000,
    FunctionArn: functions.arn(name, qualifier),
    MaximumRetryAttempts: retryAttempts,
    MaximumEventAgeInSeconds: maxAgeSeconds,
    DestinationConfig: { OnSuccess: {}, OnFailure: {} },
  };
}
