import { toText } from '../templates/intrinsics.ts';
import { type Fields, isFields } from '../templates/template.ts';
import { rootResourceId } from './api-methods.ts';
import {
  nonEmptyText,
  type PhysicalResource,
  type ResourceHandler,
  type ResourceRequest,
  type Services,
} from './handler.ts';

const binaryMediaTypes = 'x-amazon-apigateway-binary-media-types';

/** AWS::ApiGateway::RestApi: `Ref` is its id. A change of its definition reaches a stage with the next deployment. */
export function apiHandler({ apis }: Services): ResourceHandler {
  const put = ({ properties }: ResourceRequest, id?: string): PhysicalResource => {
    const physicalId = apis.put({
      ...(id ? { id } : {}),
      name: nonEmptyText(properties['Name']) ?? '',
      definition: readDefinition(properties, id),
    });
    return { physicalId, attributes: { RestApiId: physicalId, RootResourceId: rootResourceId } };
  };
  /** An API without a body keeps the methods of AWS::ApiGateway::Method. */
  const readDefinition = (properties: Fields, id: string | undefined): Fields => {
    const { Body: body, BinaryMediaTypes: types } = properties;
    if (isFields(body)) return types === undefined ? body : addMediaTypes(body, types);
    const { [binaryMediaTypes]: _, ...kept } = id === undefined ? {} : apis.describe(id).definition;
    return types === undefined ? kept : addMediaTypes(kept, types);
  };
  return {
    createOnly: [],
    create: (request) => put(request),
    update: (request, { physicalId }) => put(request, physicalId),
    remove: ({ physicalId }) => apis.remove(physicalId),
  };
}

/** Returns a definition with the binary media types of a property, in addition to its own. */
function addMediaTypes(definition: Fields, types: unknown): Fields {
  return { ...definition, [binaryMediaTypes]: [definition[binaryMediaTypes] ?? [], types].flat() };
}

/**
 * AWS::ApiGateway::Deployment: `Ref` is its id. It copies the definition when it is created, and never again. With a `StageName`
 * it also creates that stage, which outlives it.
 */
export function deploymentHandler({ apis }: Services): ResourceHandler {
  return {
    createOnly: ['RestApiId', 'DeploymentCanarySettings'],
    create({ properties }) {
      const api = toText(properties['RestApiId']);
      const physicalId = apis.createDeployment(api);
      const name = nonEmptyText(properties['StageName']);
      if (name) apis.putStage({ api, name, deployment: physicalId });
      return { physicalId, attributes: { DeploymentId: physicalId } };
    },
    update: (_, previous) => previous,
    remove: ({ physicalId }) => apis.removeDeployment(physicalId),
  };
}

/** Returns the variables of a stage, as text. */
function readVariables(variables: unknown): Record<string, string> {
  const entries = Object.entries(isFields(variables) ? variables : {});
  return Object.fromEntries(entries.map(([name, value]) => [name, toText(value)]));
}

/** AWS::ApiGateway::Stage: `Ref` is its name. It serves its deployment. Logs, metrics and limits are stored without effect. */
export function stageHandler({ apis }: Services): ResourceHandler {
  const put = ({ properties }: ResourceRequest): PhysicalResource => {
    const [api, name] = [toText(properties['RestApiId']), toText(properties['StageName'])];
    const deployment = toText(properties['DeploymentId']);
    apis.putStage({ api, name, deployment, variables: readVariables(properties['Variables']) });
    return { physicalId: name, attributes: { RestApiId: api } };
  };
  return {
    createOnly: ['RestApiId', 'StageName'],
    create(request) {
      const { RestApiId: api, StageName: name } = request.properties;
      if (apis.hasStage({ api: toText(api), name: toText(name) })) {
        throw new Error('Stage already exists');
      }
      return put(request);
    },
    update: put,
    remove: ({ physicalId, attributes }) =>
      apis.removeStage({ api: String(attributes['RestApiId']), name: physicalId }),
  };
}
