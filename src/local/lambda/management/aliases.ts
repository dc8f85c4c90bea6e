import type { WireResponse } from '../../wire/http.ts';
import { aliasConfiguration } from '../api-responses.ts';
import { Constraints, type Fields, toText } from '../constraints.ts';
import type { LambdaContext } from '../context.ts';
import { conflict, invalidParameter, notFound } from '../errors.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { json, type LambdaRequest, parseFields, requestTarget } from '../request.ts';
import { toPage } from './page.ts';
import { staleRevision } from './versions.ts';

export function createAlias({ functions }: LambdaContext, request: LambdaRequest): WireResponse {
  const { name } = requestTarget(request);
  const input = parseFields(request);
  functions.resolve(name);
  checkAlias(input, (constraints) =>
    constraints.required('functionVersion', input['FunctionVersion']),
  );
  const alias = toText(input['Name']);
  if (functions.aliases(name).some((other) => other.name === alias)) {
    throw conflict(`Alias already exists: ${functions.arn(name, alias)}`);
  }
  const version = toText(input['FunctionVersion']);
  functions.resolve(name, version);
  const description = toText(input['Description'] ?? '');
  functions.alias(name, { name: alias, version, description });
  return json(readAlias(functions, name, alias), 201);
}

/** UpdateAlias; absent fields stay unchanged. */
export function updateAlias({ functions }: LambdaContext, request: LambdaRequest): WireResponse {
  const { name } = requestTarget(request);
  const alias = request.params['alias'] ?? '';
  const input = { ...parseFields(request), Name: alias };
  functions.resolve(name);
  checkAlias(input);
  const before = findAlias(functions, name, alias);
  const { FunctionVersion, Description, RevisionId }: Fields = input;
  if (RevisionId !== undefined && RevisionId !== readAlias(functions, name, alias)['RevisionId']) {
    throw staleRevision();
  }
  const version = toText(FunctionVersion ?? before.version);
  functions.resolve(name, version);
  const description = toText(Description ?? before.description);
  functions.alias(name, { name: alias, version, description });
  return json(readAlias(functions, name, alias));
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
  { functions, policies }: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const { name } = requestTarget(request);
  const alias = request.params['alias'] ?? '';
  functions.removeAlias(name, alias);
  policies.removeAll({ name, qualifier: alias });
  return { status: 204 };
}

function checkAlias(input: Fields, addConstraints?: (constraints: Constraints) => void): void {
  const constraints = new Constraints();
  constraints.required('name', input['Name']);
  constraints.matches('name', input['Name'], /^(?!^[0-9]+$)([a-zA-Z0-9-_]{1,128})$/);
  addConstraints?.(constraints);
  constraints.throwIfViolated();
  if (input['RoutingConfig']) {
    throw invalidParameter('The local runtime does not implement RoutingConfig of aliases');
  }
}

function findAlias(functions: FunctionRegistry, name: string, alias: string) {
  const found = functions.aliases(name).find((candidate) => candidate.name === alias);
  if (found) return found;
  throw notFound(`Cannot find alias arn: ${functions.arn(name, alias)}`);
}

function readAlias(functions: FunctionRegistry, name: string, alias: string) {
  return aliasConfiguration(functions, name, findAlias(functions, name, alias));
}
