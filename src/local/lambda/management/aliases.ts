import type { WireResponse } from '../../wire/http.ts';
import { aliasConfiguration } from '../api-responses.ts';
import type { LambdaContext } from '../context.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { json, type LambdaRequest, parseFields, requestTarget } from '../request.ts';
import * as settings from './alias-settings.ts';
import { toPage } from './page.ts';
import { staleRevision } from './versions.ts';

export function createAlias({ functions }: LambdaContext, request: LambdaRequest): WireResponse {
  const { name } = requestTarget(request);
  const input = { ...parseFields(request), FunctionName: name };
  const alias = settings.createAlias(functions, input);
  return json(aliasConfiguration(functions, name, alias), 201);
}

/** UpdateAlias; absent fields stay unchanged. */
export function updateAlias({ functions }: LambdaContext, request: LambdaRequest): WireResponse {
  const { name } = requestTarget(request);
  const alias = request.params['alias'] ?? '';
  const { RevisionId, ...input } = parseFields(request);
  functions.resolve(name);
  const before = readAlias(functions, name, alias);
  if (RevisionId !== undefined && RevisionId !== before.RevisionId) throw staleRevision();
  const { Description, RoutingConfig } = before;
  const changed = settings.updateAlias(functions, {
    Description,
    RoutingConfig,
    ...input,
    FunctionName: name,
    Name: alias,
  });
  return json(aliasConfiguration(functions, name, changed));
}

export function getAlias({ functions }: LambdaContext, request: LambdaRequest): WireResponse {
  const { name } = requestTarget(request);
  functions.resolve(name);
  return json(readAlias(functions, name, request.params['alias'] ?? ''));
}

export function listAliases({ functions }: LambdaContext, request: LambdaRequest): WireResponse {
  const { query } = request;
  const { name } = requestTarget(request);
  functions.resolve(name);
  const version = query.get('FunctionVersion');
  const aliases = functions
    .aliases(name)
    .filter((alias) => version === null || alias.version === version)
    .map((alias) => aliasConfiguration(functions, name, alias));
  return json(toPage('Aliases', aliases, query));
}

/** DeleteAlias; succeeds even if the alias does not exist. */
export function deleteAlias(
  { functions, policies, eventInvokeConfigs, urls }: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const { name } = requestTarget(request);
  const alias = request.params['alias'] ?? '';
  functions.removeAlias(name, alias);
  policies.removeAll({ name, qualifier: alias });
  eventInvokeConfigs.remove(name, alias);
  urls.remove(name, alias);
  return { status: 204 };
}

function readAlias(functions: FunctionRegistry, name: string, alias: string) {
  return aliasConfiguration(functions, name, settings.findAlias(functions, name, alias));
}
