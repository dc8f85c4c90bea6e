import {
  type Permission,
  requestTagConditions,
  requirePermission,
  resourceTagConditions,
} from '../iam/permission.ts';
import { type Fields, isFields } from './constraints.ts';
import type { LambdaContext } from './context.ts';
import { parseCallbackId } from './execution/callback-id.ts';
import { parseTarget } from './execution/chained-invoke.ts';
import { type LambdaRequest, parseFields, requestTarget } from './request.ts';

/** Returns the permissions that an operation needs. Throws SerializationException for a body that is not JSON. */
type PermissionRule = (context: LambdaContext, request: LambdaRequest) => readonly Permission[];

/** The permissions that each operation needs. https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html */
export const permissionRules = {
  CreateFunction: requireCreation,
  ListFunctions: () => [requirePermission('lambda:ListFunctions', '*')],
  GetFunction: onFunctionAndQualifier('GetFunction'),
  GetFunctionConfiguration: onFunctionAndQualifier('GetFunctionConfiguration'),
  UpdateFunctionConfiguration: (context, request) => [
    ...onFunction('UpdateFunctionConfiguration')(context, request),
    ...requirePassRole(parseFields(request)),
  ],
  UpdateFunctionCode: onFunction('UpdateFunctionCode'),
  DeleteFunction: onQualifier('DeleteFunction'),
  Invoke: onQualifier('InvokeFunction'),
  PublishVersion: onFunction('PublishVersion'),
  ListVersionsByFunction: onFunction('ListVersionsByFunction'),
  CreateAlias: onFunction('CreateAlias'),
  ListAliases: onFunction('ListAliases'),
  GetAlias: onFunction('GetAlias'),
  UpdateAlias: onFunction('UpdateAlias'),
  DeleteAlias: onFunction('DeleteAlias'),
  GetPolicy: onFunctionAndQualifier('GetPolicy'),
  AddPermission: (context, request) => [
    withPrincipal(onQualifier('AddPermission')(context, request), parseFields(request)),
  ],
  RemovePermission: onQualifier('RemovePermission'),
  PutFunctionEventInvokeConfig: onFunction('PutFunctionEventInvokeConfig'),
  UpdateFunctionEventInvokeConfig: onFunction('UpdateFunctionEventInvokeConfig'),
  GetFunctionEventInvokeConfig: onFunction('GetFunctionEventInvokeConfig'),
  DeleteFunctionEventInvokeConfig: onFunction('DeleteFunctionEventInvokeConfig'),
  ListFunctionEventInvokeConfigs: onFunction('ListFunctionEventInvokeConfigs'),
  CreateFunctionUrlConfig: onFunctionUrl('CreateFunctionUrlConfig'),
  GetFunctionUrlConfig: onFunctionUrl('GetFunctionUrlConfig'),
  UpdateFunctionUrlConfig: onFunctionUrl('UpdateFunctionUrlConfig'),
  DeleteFunctionUrlConfig: onFunctionUrl('DeleteFunctionUrlConfig'),
  ListFunctionUrlConfigs: onFunction('ListFunctionUrlConfigs'),
  ListTags: (context, { params }) => [
    requireFunction(context, 'ListTags', parseTarget(params['resource'] ?? '')),
  ],
  TagResource: (context, request) => [
    requireTagging(context, request.params['resource'] ?? '', parseFields(request)['Tags']),
  ],
  UntagResource: (context, { params, query }) => {
    const { name } = parseTarget(params['resource'] ?? '');
    return [
      requirePermission('lambda:UntagResource', context.functions.arn(name), () => ({
        ...resourceTagConditions(context.tags.read(name)),
        'aws:TagKeys': query.getAll('tagKeys'),
      })),
    ];
  },
  ListDurableExecutionsByFunction: onQualifier('ListDurableExecutionsByFunction'),
  CheckpointDurableExecution: onExecution('CheckpointDurableExecution'),
  GetDurableExecutionState: onExecution('GetDurableExecutionState'),
  GetDurableExecution: onExecution('GetDurableExecution'),
  GetDurableExecutionHistory: onExecution('GetDurableExecutionHistory'),
  StopDurableExecution: onExecution('StopDurableExecution'),
  PauseDurableExecution: onExecution('PauseDurableExecution'),
  ResumeDurableExecution: onExecution('ResumeDurableExecution'),
  DeleteDurableExecution: onExecution('DeleteDurableExecution'),
  SendDurableExecutionCallbackSuccess: onCallback('SendDurableExecutionCallbackSuccess'),
  SendDurableExecutionCallbackFailure: onCallback('SendDurableExecutionCallbackFailure'),
  SendDurableExecutionCallbackHeartbeat: onCallback('SendDurableExecutionCallbackHeartbeat'),
} satisfies Readonly<Record<string, PermissionRule>>;

interface FunctionTarget {
  readonly name: string;
  readonly qualifier?: string | undefined;
}

function requireFunction(
  { functions, tags }: LambdaContext,
  action: string,
  { name, qualifier }: FunctionTarget,
): Permission {
  return requirePermission(`lambda:${action}`, functions.arn(name, qualifier), () =>
    resourceTagConditions(tags.read(name)),
  );
}

/** An operation on the function, even if the request has a qualifier. */
function onFunction(action: string): PermissionRule {
  return (context, request) => {
    const { name } = requestTarget(request);
    return [requireFunction(context, action, { name })];
  };
}

/** An operation on the version or the alias that the request names: an alias is not resolved to its version. */
function onQualifier(action: string): PermissionRule {
  return (context, request) => [requireFunction(context, action, requestTarget(request))];
}

/**
 * An operation on a version whose resource AWS does not document. A policy that works here has both the function and the qualified
 * function.
 */
function onFunctionAndQualifier(action: string): PermissionRule {
  return (context, request) => {
    const { name, qualifier } = requestTarget(request);
    const unqualified = requireFunction(context, action, { name });
    if (qualifier === undefined) return [unqualified];
    return [unqualified, requireFunction(context, action, { name, qualifier })];
  };
}

/** An operation on the URL of a function. Policies can compare the type of authentication, that of the request first. */
function onFunctionUrl(action: string): PermissionRule {
  return (context, request) => {
    const { name, qualifier } = requestTarget(request);
    const requested = toText(parseFields(request)['AuthType']);
    const authType = requested || context.urls.find(name, qualifier)?.authType;
    return onFunctionAndQualifier(action)(context, request).map((permission) =>
      requirePermission(permission.action, permission.resource, () => ({
        ...permission.conditions,
        'lambda:FunctionUrlAuthType': authType,
      })),
    );
  };
}

/**
 * An operation on an execution. The resource is the execution that the id at the end of the ARN finds: the other parts of the ARN
 * in the request may name another function. https://docs.aws.amazon.com/lambda/latest/dg/durable-security.html
 */
function onExecution(action: string): PermissionRule {
  return ({ engine }, { params }) => {
    const named = params['execution'] ?? '';
    const execution = engine.find(named.split('/').at(-1) ?? '');
    return [requirePermission(`lambda:${action}`, execution?.arn ?? named)];
  };
}

/** An operation on a callback: the resource is its execution. The operation itself rejects an id without an execution. */
function onCallback(action: string): PermissionRule {
  return ({ engine }, { params }) => {
    const parsed = parseCallbackId(params['callback'] ?? '');
    const execution = parsed && engine.find(parsed.execution);
    return execution ? [requirePermission(`lambda:${action}`, execution.arn)] : [];
  };
}

function requireCreation(context: LambdaContext, request: LambdaRequest): Permission[] {
  const input = parseFields(request);
  const { FunctionName, Tags } = input;
  const name = toText(FunctionName).replace(/^.*function:/, '');
  const tags = toTags(Tags);
  return [
    requirePermission('lambda:CreateFunction', context.functions.arn(name), () =>
      requestTagConditions(tags),
    ),
    ...requirePassRole(input),
    ...(Object.keys(tags).length > 0 ? [requireTagging(context, name, Tags)] : []),
  ];
}

function requireTagging(context: LambdaContext, resource: string, tags: unknown): Permission {
  const { name } = parseTarget(resource);
  return requirePermission('lambda:TagResource', context.functions.arn(name), () => ({
    ...resourceTagConditions(context.tags.read(name)),
    ...requestTagConditions(toTags(tags)),
  }));
}

/** A caller who gives a role to a function passes it to Lambda. */
function requirePassRole({ Role }: Fields): Permission[] {
  if (typeof Role !== 'string') return [];
  return [
    requirePermission('iam:PassRole', Role, () => ({
      'iam:PassedToService': 'lambda.amazonaws.com',
    })),
  ];
}

const toText = (value: unknown) => (typeof value === 'string' ? value : '');

function toTags(value: unknown): Readonly<Record<string, string>> {
  if (!isFields(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, toText(text)]));
}

/** Adds the condition keys of AddPermission: the principal that gets the permission, and the function URLs that it is limited to. */
function withPrincipal(
  [permission]: readonly Permission[],
  { Principal, FunctionUrlAuthType }: Fields,
): Permission {
  const { action = '', resource = '' } = permission ?? {};
  return requirePermission(action, resource, () => ({
    ...permission?.conditions,
    'lambda:Principal': toText(Principal),
    'lambda:FunctionUrlAuthType': toText(FunctionUrlAuthType) || undefined,
  }));
}
