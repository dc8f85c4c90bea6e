import {
  type Fields,
  isFields,
  parseIntrinsic,
  type Resources,
  type Template,
} from '../templates/template.ts';
import { checkSamNames, invalidResource } from './properties.ts';

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
      addMethod(
        { id, event },
        definition,
        Condition === undefined ? integrate(target) : guard(Condition, target),
      );
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

/** Adds the method of an event to the paths of its API. */
function addMethod(
  { id, event }: { readonly id: string; readonly event: unknown },
  paths: Fields,
  definition: Fields,
): void {
  const properties = isFields(event) && isFields(event['Properties']) ? event['Properties'] : {};
  checkSamNames(id, { place: 'the event Api', names: eventProperties }, properties);
  const { Auth: auth, Path: path, Method: method } = properties;
  if (auth !== undefined) {
    throw invalidResource(id, "The local runtime does not implement 'Auth' of the event Api.");
  }
  if (typeof path !== 'string' || typeof method !== 'string') {
    throw invalidResource(id, 'Event of type Api must have a Path and a Method.');
  }
  const verb = method.toLowerCase();
  const name = verb === 'any' ? anyMethod : verb;
  const methods = isFields(paths[path]) ? paths[path] : {};
  if (Object.hasOwn(methods, name)) {
    throw invalidResource(id, `API method "${verb}" defined multiple times for path "${path}".`);
  }
  paths[path] = { ...methods, [name]: definition };
}

function integrate(target: string): Fields {
  return {
    responses: {},
    'x-amazon-apigateway-integration': {
      httpMethod: 'POST',
      type: 'aws_proxy',
      uri: {
        'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${target}}/invocations`,
      },
    },
  };
}

function guard(condition: string, target: string): Fields {
  return { 'Fn::If': [condition, integrate(target), { Ref: 'AWS::NoValue' }] };
}
