import type { Functions, RestApis } from '../shared/service-interfaces.ts';
import type { Store } from '../store/store.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';
import { buildContext, buildGatewayResponse, findRoute } from './call.ts';
import { integrate } from './integrate.ts';
import { RestApiRepository } from './rest-apis.ts';
import { validateRequest } from './validate.ts';

/** API Gateway's limit for the body of a request. */
const maxBodyBytes = 10 * 1024 * 1024;

/**
 * Creates the API Gateway service. It serves the stages of REST APIs at `/execute-api/<id>/<stage>/`. A stage serves the OpenAPI
 * definition that its deployment copied: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-deployments.html
 */
export function createApiGateway({
  store,
  functions,
}: {
  store: Store;
  functions: Functions;
}): RestApis {
  const apis = new RestApiRepository(store);

  async function handle(request: WireRequest): Promise<WireResponse> {
    const [, , id = '', stage = '', ...rest] = request.path.split('/');
    const api = apis.findServed(id, stage);
    if (!api) {
      return { status: 403, headers: jsonHeaders, body: '{"message":"Forbidden"}' };
    }
    const path = `/${rest.join('/')}`;
    const call = findRoute(api, request, path);
    if (!call) {
      const context = buildContext(api, request, path);
      const message = 'Missing Authentication Token';
      return buildGatewayResponse({ api, context }, 'MISSING_AUTHENTICATION_TOKEN', { message });
    }
    if (request.body.length > maxBodyBytes) {
      return buildGatewayResponse(call, 'REQUEST_TOO_LARGE', { message: 'Request Too Long' });
    }
    return validateRequest(call) ?? (await integrate(functions, call));
  }

  return {
    service: {
      name: 'execute-api',
      protocol: {
        operation: ({ method }) => method,
        failure({ name, message }, request) {
          const [, , id = '', stage = '', ...rest] = request.path.split('/');
          const api = apis.findServed(id, stage);
          if (!api) return { status: 403, headers: jsonHeaders, body: '{"message":"Forbidden"}' };
          const context = buildContext(api, request, `/${rest.join('/')}`);
          return buildGatewayResponse({ api, context }, name, { message });
        },
      },
      claims: ({ path }) => path.startsWith('/execute-api/'),
      handle,
    },
    put: (api) => apis.put(api),
    remove: (id) => apis.remove(id),
    createDeployment: (api) => apis.createDeployment(api),
    removeDeployment: (id) => apis.removeDeployment(id),
    putStage: (stage) => apis.putStage(stage.api, stage.name, stage.deployment),
    hasStage: ({ api, name }) => apis.hasStage(api, name),
    removeStage: ({ api, name }) => apis.removeStage(api, name),
  };
}

const jsonHeaders = { 'content-type': 'application/json' };
