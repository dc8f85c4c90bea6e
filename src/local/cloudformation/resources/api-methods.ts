import { randomInt } from 'node:crypto';
import { invalid } from '../query-protocol.ts';
import { toText } from '../templates/intrinsics.ts';
import { type Fields, isFields } from '../templates/template.ts';
import type { PhysicalResource, ResourceHandler, ResourceRequest, Services } from './handler.ts';

/** Id of the resource `/` of every API. */
export const rootResourceId = 'root';

/** Member of a definition with the paths of the resources of AWS::ApiGateway::Resource, by id. */
const resourcesMember = 'x-local-resources';

const integrationMember = 'x-amazon-apigateway-integration';
const anyMethod = 'x-amazon-apigateway-any-method';
const signed = 'sigv4';

/** Changes a part of a definition and returns the new definition. */
function setMember(fields: Fields, name: string, value: unknown): Fields {
  const { [name]: _, ...others } = fields;
  return value === undefined ? others : { ...others, [name]: value };
}

function readFields(fields: Fields, name: string): Fields {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return isFields(value) ? value : {};
}

/** Returns the path of a resource. Throws if there is no such resource. */
function findPath(definition: Fields, id: string): string {
  if (id === rootResourceId) return '/';
  const path = readFields(definition, resourcesMember)[id];
  if (typeof path !== 'string') throw invalid('Invalid Resource identifier specified');
  return path;
}

function change(apis: Services['apis'], api: string, edit: (definition: Fields) => Fields): void {
  const { name, definition } = apis.describe(api);
  apis.put({ id: api, name, definition: edit(definition) });
}

/** AWS::ApiGateway::Resource: `Ref` is its id. */
export function apiResourceHandler({ apis }: Services): ResourceHandler {
  return {
    createOnly: ['RestApiId', 'ParentId', 'PathPart'],
    create({ properties }) {
      const [api, part] = [toText(properties['RestApiId']), toText(properties['PathPart'])];
      if (!/^([\w.:$%+~-]+|\{[\w.:$-]+\+?\})$/.test(part)) {
        throw invalid(
          `Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end, not ${part}`,
        );
      }
      const id = randomInt(36 ** 5, 36 ** 6).toString(36);
      change(apis, api, (definition) => {
        const parent = findPath(definition, toText(properties['ParentId']));
        const path = `${parent === '/' ? '' : parent}/${part}`;
        const resources = readFields(definition, resourcesMember);
        if (Object.values(resources).includes(path)) {
          throw invalid(`Another resource with the same parent already has this name: ${part}`);
        }
        return { ...definition, [resourcesMember]: { ...resources, [id]: path } };
      });
      return { physicalId: id, attributes: { ResourceId: id } };
    },
    update: (_, previous) => previous,
    remove({ physicalId, properties }) {
      change(apis, toText(properties['RestApiId']), (definition) => ({
        ...definition,
        [resourcesMember]: setMember(
          readFields(definition, resourcesMember),
          physicalId,
          undefined,
        ),
      }));
    },
  };
}

/** AWS::ApiGateway::Method: a method of a resource with its integration. */
export function apiMethodHandler({ apis }: Services): ResourceHandler {
  const put = ({ properties }: ResourceRequest): PhysicalResource => {
    const method = toMethod(properties);
    edit(properties, () => method);
    const identity = ['RestApiId', 'ResourceId', 'HttpMethod'].map((name) =>
      toText(properties[name]),
    );
    return { physicalId: identity.join('|'), attributes: {} };
  };
  const edit = (properties: Fields, replace: () => Fields | undefined): void => {
    const verb = toText(properties['HttpMethod']).toLowerCase();
    const name = verb === 'any' ? anyMethod : verb;
    change(apis, toText(properties['RestApiId']), (definition) => {
      const path = findPath(definition, toText(properties['ResourceId']));
      const paths = readFields(definition, 'paths');
      const methods = setMember(readFields(paths, path), name, replace());
      const isEmpty = Object.keys(methods).length === 0;
      return {
        ...definition,
        securityDefinitions: { [signed]: { 'x-amazon-apigateway-authtype': 'awsSigv4' } },
        paths: setMember(paths, path, isEmpty ? undefined : methods),
      };
    });
  };
  return {
    createOnly: ['RestApiId', 'ResourceId', 'HttpMethod'],
    create: put,
    update: put,
    remove: ({ properties }) => edit(properties, () => undefined),
  };
}

/** Returns a method in the form of an OpenAPI definition. Throws ValidationError for access control that is not implemented. */
function toMethod(properties: Fields): Fields {
  const { AuthorizationType: type = 'NONE', ApiKeyRequired: needsKey } = properties;
  if (needsKey === true || needsKey === 'true') {
    throw invalid('The local runtime does not implement ApiKeyRequired of AWS::ApiGateway::Method');
  }
  if (type !== 'NONE' && type !== 'AWS_IAM') {
    throw invalid(`The local runtime does not implement the AuthorizationType ${toText(type)}`);
  }
  const integration = properties['Integration'];
  return {
    ...(type === 'AWS_IAM' ? { security: [{ [signed]: [] }] } : {}),
    ...(isFields(integration)
      ? { [integrationMember]: toIntegration(integration, properties['MethodResponses']) }
      : {}),
  };
}

/** Returns an integration with the names of the OpenAPI extension: the first letter is small. */
function toIntegration(integration: Fields, methodResponses: unknown): Fields {
  const { IntegrationHttpMethod, IntegrationResponses, ...others } = integration;
  const type = toText(integration['Type']).toLowerCase();
  const responses = Array.isArray(IntegrationResponses)
    ? IntegrationResponses.filter(isFields)
    : [];
  const declared = (Array.isArray(methodResponses) ? methodResponses : [])
    .filter(isFields)
    .map(({ StatusCode }) => toText(StatusCode));
  const undeclared = responses.find(({ StatusCode }) => !declared.includes(toText(StatusCode)));
  if (undeclared && type !== 'aws_proxy') {
    throw invalid(`No method response exists for method: ${toText(undeclared['StatusCode'])}`);
  }
  return {
    ...decapitalize(others),
    ...(IntegrationHttpMethod === undefined ? {} : { httpMethod: IntegrationHttpMethod }),
    ...(responses.length > 0
      ? {
          responses: Object.fromEntries(
            responses.map(({ SelectionPattern: pattern, ...response }) => [
              pattern === undefined || pattern === '' ? 'default' : toText(pattern),
              decapitalize(response),
            ]),
          ),
        }
      : {}),
  };
}

function decapitalize(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name[0]?.toLowerCase() + name.slice(1), value]),
  );
}
