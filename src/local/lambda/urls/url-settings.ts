import { Constraints, type Fields, isFields } from '../constraints.ts';
import { conflict, invalidParameter, notFound } from '../errors.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import type { Cors, FunctionUrl, FunctionUrlSettings, FunctionUrls } from './function-urls.ts';

/** What the settings of function URLs need of Lambda. */
export interface UrlContext {
  readonly functions: FunctionRegistry;
  readonly urls: FunctionUrls;
}

/** A function, or one of its aliases. */
export interface UrlTarget {
  readonly name: string;
  readonly qualifier?: string | undefined;
}

const corsLists = ['AllowHeaders', 'AllowMethods', 'AllowOrigins', 'ExposeHeaders'] as const;
const corsMethods = ['GET', 'PUT', 'HEAD', 'POST', 'PATCH', 'DELETE', '*'];
const corsMembers: readonly string[] = [...corsLists, 'AllowCredentials', 'MaxAge'];
const maxListLength = 100;
const maxAgeSeconds = 86_400;
/** Maximum length of the members of each list (characters). */
const maxLengths = { AllowHeaders: 1024, AllowMethods: 6, AllowOrigins: 253, ExposeHeaders: 1024 };

/**
 * Creates the URL of a function or of an alias. Throws ResourceNotFoundException, ResourceConflictException if it has one,
 * ValidationException or InvalidParameterValueException.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html
 */
export function createFunctionUrl(
  { functions, urls }: UrlContext,
  { name, qualifier }: UrlTarget,
  input: Fields,
): FunctionUrl {
  const { AuthType: authType } = input;
  const settings = readSettings(qualifier, input, { requires: authType });
  functions.resolve(name, qualifier);
  if (urls.find(name, qualifier)) {
    throw conflict(
      `Failed to create function url config for [functionArn = ${functions.arn(name, qualifier)}]. ` +
        'Error message:  FunctionUrlConfig exists for this Lambda function',
    );
  }
  urls.put(name, qualifier, settings);
  return requireFunctionUrl({ functions, urls }, { name, qualifier });
}

/** Changes the settings that the input has. Throws the same errors as `createFunctionUrl`, without the conflict. */
export function updateFunctionUrl(
  context: UrlContext,
  target: UrlTarget,
  input: Fields,
): FunctionUrl {
  const { name, qualifier } = target;
  const changes = readSettings(qualifier, input, { requires: 'AWS_IAM' });
  const { authType, cors } = requireFunctionUrl(context, target);
  context.urls.put(name, qualifier, {
    authType: input['AuthType'] === undefined ? authType : changes.authType,
    cors: input['Cors'] === undefined ? cors : changes.cors,
  });
  return requireFunctionUrl(context, target);
}

/** Returns the URL of a function or of an alias. Throws ResourceNotFoundException. */
export function requireFunctionUrl(
  { functions, urls }: UrlContext,
  { name, qualifier }: UrlTarget,
): FunctionUrl {
  functions.resolve(name, qualifier);
  const url = urls.find(name, qualifier);
  if (url) return url;
  throw notFound('The resource you requested does not exist.');
}

function readSettings(
  qualifier: string | undefined,
  { AuthType: authType, Cors: cors, InvokeMode: mode }: Fields,
  { requires }: { readonly requires: unknown },
): FunctionUrlSettings {
  const constraints = new Constraints();
  constraints.matches('qualifier', qualifier, /^(?!\d+$)[0-9a-zA-Z-_]{1,128}$/);
  constraints.required('authType', requires);
  constraints.oneOf('authType', authType, ['NONE', 'AWS_IAM']);
  constraints.oneOf('invokeMode', mode, ['BUFFERED', 'RESPONSE_STREAM']);
  addCors(constraints, cors);
  constraints.throwIfViolated();
  if (mode === 'RESPONSE_STREAM') {
    throw invalidParameter('The local runtime does not implement the InvokeMode RESPONSE_STREAM');
  }
  const hasCors = isFields(cors) && Object.keys(cors).length > 0;
  return {
    authType: authType === 'NONE' ? 'NONE' : 'AWS_IAM',
    cors: hasCors ? (cors as Cors) : undefined,
  };
}

function addCors(constraints: Constraints, cors: unknown): void {
  if (cors === undefined || cors === null) return;
  if (!isFields(cors)) {
    constraints.add('cors', cors, 'Member must be a structure');
    return;
  }
  const unknown = Object.keys(cors).find((name) => !corsMembers.includes(name));
  if (unknown !== undefined) {
    throw invalidParameter(`The local runtime does not implement Cors.${unknown}`);
  }
  const { AllowCredentials: credentials, MaxAge } = cors;
  constraints.within('cors.maxAge', MaxAge, [0, maxAgeSeconds]);
  if (credentials !== undefined && typeof credentials !== 'boolean') {
    constraints.add('cors.allowCredentials', credentials, 'Member must be a boolean');
  }
  for (const name of corsLists) addList(constraints, name, cors[name]);
}

function addList(constraints: Constraints, name: (typeof corsLists)[number], list: unknown): void {
  if (list === undefined) return;
  const place = `cors.${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  const isList = Array.isArray(list) && list.every((member) => typeof member === 'string');
  if (!isList || list.length > maxListLength) {
    constraints.add(place, list, `Member must be a list of at most ${maxListLength} strings`);
    return;
  }
  const members = list as readonly string[];
  for (const member of members) constraints.maxLength(`${place}.member`, member, maxLengths[name]);
  if (name === 'AllowMethods') constraints.allOf(place, members, corsMethods);
}
