import type { WireResponse } from '../../wire/http.ts';
import { functionConfiguration } from '../api-responses.ts';
import type { Fields } from '../constraints.ts';
import type { LambdaContext } from '../context.ts';
import { conflict, invalidParameter } from '../errors.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { json, type LambdaRequest, parseFields, requestTarget } from '../request.ts';
import { readCode } from './code.ts';
import { toPage } from './page.ts';
import { createSettings, updateSettings } from './settings.ts';
import { parseTags } from './tags.ts';
import { checkRevision } from './versions.ts';

export function createFunction(
  { functions, tags, roles, s3 }: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const input = parseFields(request);
  const { findDenial } = request;
  const settings = createSettings(input);
  const { name } = settings;
  if (functions.names().includes(name)) throw conflict(`Function already exist: ${name}`);
  const code = readCode(input['Code'], { s3, findDenial });
  roles.check(settings, functions.arn(name));
  functions.put({ ...settings, code });
  tags.add(name, parseTags(input['Tags']));
  return json(publishIfRequested(functions, name, input), 201);
}

/** ListFunctions; with `FunctionVersion=ALL` every version. */
export function listFunctions(
  { functions }: LambdaContext,
  { query }: LambdaRequest,
): WireResponse {
  const allVersions = query.get('FunctionVersion') === 'ALL';
  const versions = functions
    .names()
    .flatMap((name) => (allVersions ? functions.versions(name) : [functions.resolve(name)]))
    .map((version) => functionConfiguration(version, { qualified: allVersions }));
  return json(toPage('Functions', versions, query));
}

export function getFunction(
  { functions, tags }: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const { name, qualifier } = requestTarget(request);
  const version = functions.resolve(name, qualifier);
  return json({
    Configuration: functionConfiguration(version, { qualified: qualifier !== undefined }),
    Code: { RepositoryType: 'S3', Location: `file://${version.root()}` },
    Tags: tags.read(name),
  });
}

export function getFunctionConfiguration(
  { functions }: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const { name, qualifier } = requestTarget(request);
  const version = functions.resolve(name, qualifier);
  return json(functionConfiguration(version, { qualified: qualifier !== undefined }));
}

export function updateFunctionCode(
  { functions, s3 }: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const { name } = requestTarget(request);
  const input = parseFields(request);
  const { findDenial } = request;
  const latest = functions.resolve(name);
  checkRevision(latest, input);
  const code = readCode(input, { s3, findDenial });
  if (input['DryRun'] === true) return json(functionConfiguration(latest));
  functions.put({ ...latest.settings, code });
  return json(publishIfRequested(functions, name, input));
}

export function updateFunctionConfiguration(
  { functions, roles }: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const { name } = requestTarget(request);
  const input = parseFields(request);
  const latest = functions.resolve(name);
  checkRevision(latest, input);
  const settings = updateSettings(latest.settings, input);
  roles.check(settings, functions.arn(name));
  functions.configure(settings);
  return json(functionConfiguration(functions.resolve(name)));
}

/** DeleteFunction: the whole function, or the version that the qualifier names. */
export function deleteFunction(context: LambdaContext, request: LambdaRequest): WireResponse {
  const { name, qualifier } = requestTarget(request);
  context.functions.resolve(name);
  if (qualifier === undefined) context.removeFunction(name);
  else deleteVersion(context, name, qualifier);
  return { status: 204 };
}

function deleteVersion(
  { functions, engine, policies }: LambdaContext,
  name: string,
  qualifier: string,
): void {
  if (qualifier === '$LATEST') {
    throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
  }
  if (!/^\d+$/.test(qualifier)) {
    throw invalidParameter('Deletion of aliases is not currently supported.');
  }
  const aliases = functions
    .aliases(name)
    .filter(({ version, additional }) => [version, additional?.version].includes(qualifier));
  if (aliases.length > 0) {
    const names = aliases.map((alias) => alias.name).join(', ');
    throw conflict(
      `Unable to delete version because the following aliases reference it: [${names}]`,
    );
  }
  if (engine.executions.countRunning(name, qualifier) > 0) {
    throw conflict(`Version ${qualifier} has durable executions that are still running.`);
  }
  functions.removeVersion(name, qualifier);
  policies.removeAll({ name, qualifier });
}

/** Publishes a version if the request has `Publish`; returns the configuration of that version or of `$LATEST`. */
function publishIfRequested(functions: FunctionRegistry, name: string, input: Fields) {
  const version = input['Publish'] === true ? functions.publish(name).version : undefined;
  return functionConfiguration(functions.resolve(name, version));
}
