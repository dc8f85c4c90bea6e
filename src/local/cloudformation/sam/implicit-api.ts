import {
  type Fields,
  isFields,
  parseIntrinsic,
  type Resources,
  type Template,
} from '../templates/template.ts';
import { buildEventAuth } from './auth.ts';
import { checkSamNames, invalidResource, mergeGlobals } from './properties.ts';

/** Logical id of the API that SAM creates for events without a RestApiId. */
export const implicitApi = 'ServerlessRestApi';

const anyMethod = 'x-amazon-apigateway-any-method';

const eventProperties = ['Auth', 'Method', 'Path', 'RestApiId'];

/**
 * Returns the resources with the definitions that SAM writes for APIs that have none: a proxy integration for each event of a function.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-api.html
 */
export function defineApis(template: Template): Resources {
  const resources: Resources = { ...template.Resources };
  const paths = new Map<string, Fields>();
  for (const [id, { Type, Condition, Properties = {} }] of Object.entries(resources)) {
    if (Type !== 'AWS::Serverless::Function' || !isFields(Properties['Events'])) continue;
    const alias =
      Properties['AutoPublishAlias'] ?? template.Globals?.Function?.['AutoPublishAlias'];
    const target = alias === undefined ? `${id}.Arn` : `${id}.Alias`;
    for (const event of Object.values(Properties['Events'])) {
      const api = readApiId(event);
      if (api === undefined || !isManaged(api, resources)) continue;
      const definition = paths.get(api) ?? {};
      paths.set(api, definition);
      const apiAuth = readAuth(template, api);
      addMethod({ id, event, target, condition: Condition, apiAuth }, definition);
    }
  }
  if (paths.has(implicitApi)) {
    resources[implicitApi] = {
      Type: 'AWS::Serverless::Api',
      Properties: { StageName: 'Prod' },
    };
  }
  for (const [api, definition] of paths) {
    const { Properties, ...resource } = resources[api] ?? { Type: 'AWS::Serverless::Api' };
    const info = { version: '1.0', title: { Ref: 'AWS::StackName' } };
    const DefinitionBody = { swagger: '2.0', info, paths: definition };
    resources[api] = { ...resource, Properties: { ...Properties, DefinitionBody } };
  }
  return resources;
}

/** Returns the logical id of the API of an event; undefined for another type of event. */
function readApiId(event: unknown): string | undefined {
  const { Type, Properties } = isFields(event) ? event : {};
  if (Type !== 'Api') return undefined;
  const api = isFields(Properties) ? Properties['RestApiId'] : undefined;
  if (api === undefined) return implicitApi;
  const [name, argument] = parseIntrinsic(api) ?? [];
  return name === 'Ref' ? String(argument) : undefined;
}

/** Reports whether SAM writes the definition of an API. */
function isManaged(api: string, resources: Resources): boolean {
  if (api === implicitApi) return !Object.hasOwn(resources, api);
  const resource = Object.hasOwn(resources, api) ? resources[api] : undefined;
  if (resource?.Type !== 'AWS::Serverless::Api') return false;
  const { DefinitionBody, DefinitionUri } = resource.Properties ?? {};
  return DefinitionBody === undefined && DefinitionUri === undefined;
}

/** Returns the `Auth` of an API with that of `Globals`. */
function readAuth({ Globals, Resources }: Template, api: string): unknown {
  const shared = Globals?.Api?.['Auth'];
  const own = Object.hasOwn(Resources, api) ? Resources[api]?.Properties?.['Auth'] : undefined;
  return own === undefined ? shared : mergeGlobals(shared ?? {}, own);
}

interface ApiEvent {
  /** Logical id of the function. */
  readonly id: string;
  readonly event: unknown;
  /** The function, or its alias, as `Fn::Sub` names it. */
  readonly target: string;
  readonly condition: string | undefined;
  readonly apiAuth: unknown;
}

/** Adds the method of an event to the paths of its API. */
function addMethod({ id, event, target, condition, apiAuth }: ApiEvent, paths: Fields): void {
  const properties = isFields(event) && isFields(event['Properties']) ? event['Properties'] : {};
  checkSamNames(id, { place: 'the event Api', names: eventProperties }, properties);
  const { Auth: auth, Path: path, Method: method } = properties;
  if (typeof path !== 'string' || typeof method !== 'string') {
    throw invalidResource(id, 'Event of type Api must have a Path and a Method.');
  }
  const verb = method.toLowerCase();
  const name = verb === 'any' ? anyMethod : verb;
  const methods = isFields(paths[path]) ? paths[path] : {};
  if (Object.hasOwn(methods, name)) {
    throw invalidResource(id, `API method "${verb}" defined multiple times for path "${path}".`);
  }
  const definition = integrate(target, buildEventAuth(id, auth, apiAuth));
  paths[path] = {
    ...methods,
    [name]:
      condition === undefined
        ? definition
        : { 'Fn::If': [condition, definition, { Ref: 'AWS::NoValue' }] },
  };
}

function integrate(target: string, auth: ReturnType<typeof buildEventAuth>): Fields {
  return {
    ...auth.method,
    responses: {},
    'x-amazon-apigateway-integration': {
      httpMethod: 'POST',
      type: 'aws_proxy',
      uri: {
        'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${target}}/invocations`,
      },
      ...auth.integration,
    },
  };
}
