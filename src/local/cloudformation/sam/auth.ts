import { type Fields, isFields } from '../templates/template.ts';
import { checkSamNames, invalidResource } from './properties.ts';

const apiSettings = [
  'AddDefaultAuthorizerToCorsPreflight',
  'ApiKeyRequired',
  'DefaultAuthorizer',
  'InvokeRole',
];

const scheme = 'AWS_IAM';

/** The credentials of an integration that invokes the function as the caller of the API. */
const callerCredentials = 'arn:aws:iam::*:user/*';

/**
 * Returns what SAM adds to the method and to the integration of an event: the security scheme, and whose credentials invoke the function.
 * Throws ValidationError for access control that is not implemented.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-apifunctionauth.html
 */
export function buildEventAuth(
  id: string,
  event: unknown,
  api: unknown,
): { readonly method: Fields; readonly integration: Fields } {
  const names = ['Authorizer', 'InvokeRole'];
  checkSamNames(id, { place: 'Auth of the event Api', names }, event);
  const own = isFields(event) ? event : {};
  const shared = isFields(api) ? api : {};
  const { Authorizer: authorizer = shared['DefaultAuthorizer'] } = own;
  if (authorizer === undefined) return { method: {}, integration: {} };
  checkAuthorizer(id, 'Authorizer', authorizer);
  if (authorizer === 'NONE') {
    if (shared['DefaultAuthorizer'] === undefined) {
      throw invalidResource(
        id,
        "'NONE' is only a valid value of Authorizer if the API has a DefaultAuthorizer.",
      );
    }
    return { method: { security: [{ NONE: [] }] }, integration: {} };
  }
  const role = own['InvokeRole'] ?? shared['InvokeRole'] ?? 'CALLER_CREDENTIALS';
  if (role !== 'NONE' && role !== 'CALLER_CREDENTIALS') {
    throw invalidResource(
      id,
      "The local runtime implements only CALLER_CREDENTIALS and NONE as 'InvokeRole' of Auth.",
    );
  }
  return {
    method: { security: [{ [scheme]: [] }] },
    integration: role === 'NONE' ? {} : { credentials: callerCredentials },
  };
}

/**
 * Returns a definition whose methods require signed requests if `Auth` or a method names AWS_IAM. Throws ValidationError for any other
 * access control: an API must not be open on the local runtime if AWS closes it.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiauth.html
 */
export function addAuth(id: string, auth: unknown, definition: Fields): Fields {
  checkSamNames(id, { place: 'Auth', names: apiSettings }, auth);
  const settings = isFields(auth) ? auth : {};
  const { ApiKeyRequired, DefaultAuthorizer: authorizer = 'NONE' } = settings;
  if (ApiKeyRequired !== undefined && ApiKeyRequired !== false) {
    throw invalidResource(id, "The local runtime does not implement 'ApiKeyRequired' of Auth.");
  }
  checkAuthorizer(id, 'DefaultAuthorizer', authorizer);
  const paths = Object.entries(isFields(definition['paths']) ? definition['paths'] : {});
  if (authorizer === scheme) {
    const signsPreflight = settings['AddDefaultAuthorizerToCorsPreflight'] !== false;
    const signed = paths.map(([path, methods]) => [path, signMethods(methods, signsPreflight)]);
    return addScheme({ ...definition, paths: Object.fromEntries(signed) });
  }
  const isSigned = paths.some(([, methods]) => Object.values(methods ?? {}).some(hasScheme));
  return isSigned ? addScheme(definition) : definition;
}

function checkAuthorizer(id: string, name: string, authorizer: unknown): void {
  if (authorizer === scheme || authorizer === 'NONE') return;
  throw invalidResource(
    id,
    `The local runtime implements only AWS_IAM as '${name}' of Auth, not ${JSON.stringify(authorizer)}.`,
  );
}

function signMethods(methods: unknown, signsPreflight: boolean): unknown {
  if (!isFields(methods)) return methods;
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [
      name,
      name === 'options' && !signsPreflight ? method : signMethod(method),
    ]),
  );
}

/** Signs a method without a scheme of its own; the first branch of a method that depends on a condition. */
function signMethod(method: unknown): unknown {
  if (!isFields(method)) return method;
  const { 'Fn::If': branches } = method;
  if (Array.isArray(branches)) {
    const [condition, first, ...others] = branches as unknown[];
    return { 'Fn::If': [condition, signMethod(first), ...others] };
  }
  return method['security'] === undefined ? { ...method, security: [{ [scheme]: [] }] } : method;
}

/** Reports whether an event named the scheme for a method, perhaps in a branch of a condition. */
function hasScheme(method: unknown): boolean {
  return JSON.stringify(method).includes(`"security":[{"${scheme}":`);
}

function addScheme(definition: Fields): Fields {
  const value = {
    type: 'apiKey',
    name: 'Authorization',
    in: 'header',
    'x-amazon-apigateway-authtype': 'awsSigv4',
  };
  if (definition['openapi'] === undefined) {
    const before = definition['securityDefinitions'];
    return {
      ...definition,
      securityDefinitions: { ...(isFields(before) ? before : {}), [scheme]: value },
    };
  }
  const components = isFields(definition['components']) ? definition['components'] : {};
  const before = isFields(components['securitySchemes']) ? components['securitySchemes'] : {};
  return {
    ...definition,
    components: { ...components, securitySchemes: { ...before, [scheme]: value } },
  };
}
