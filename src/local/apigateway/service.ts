import { AccessDenied } from '../iam/access-denied.ts';
import type { Authorizer } from '../iam/authorizer.ts';
import { createIam } from '../iam/iam.ts';
import { type Permission, requirePermission } from '../iam/permission.ts';
import { account, partition } from '../shared/account.ts';
import type { Functions, RestApis } from '../shared/service-interfaces.ts';
import type { Store } from '../store/store.ts';
import type { UnverifiedRequest, WireRequest, WireResponse } from '../wire/http.ts';
import {
  type Api,
  buildContext,
  buildGatewayResponse,
  decodeSegment,
  toResponseType,
} from './call.ts';
import { checkDefinition, checkMethods } from './check-definition.ts';
import { integrate } from './integrate.ts';
import { RestApiRepository } from './rest-apis.ts';
import { findRoute } from './routes.ts';
import { requiresSignature, validateRequest } from './validate.ts';

/** API Gateway's limit for the body of a request. */
const maxBodyBytes = 10 * 1024 * 1024;

/**
 * Creates the API Gateway service. It serves the stages of REST APIs at `/execute-api/<id>/<stage>/`. A stage serves the OpenAPI
 * definition that its deployment copied: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-deployments.html
 */
export function createApiGateway({
  store,
  functions,
  iam = createIam({ store, enforced: false }),
}: {
  store: Store;
  functions: Functions;
  /** Policies that let an API invoke functions. Without them, every API may. */
  iam?: Authorizer | undefined;
}): RestApis {
  const apis = new RestApiRepository(store);

  /** Returns the API that a request names, and the path after the stage. */
  function findApi(request: UnverifiedRequest) {
    const [, , id = '', stage = '', ...rest] = request.path.split('/');
    return { api: apis.findServed(id, stage), path: `/${rest.join('/')}` };
  }

  /** Reports whether a request needs no signature: its method is open, or it does not exist. */
  function isPublic(request: UnverifiedRequest): boolean {
    const { api, path } = findApi(request);
    const route = api && findRoute(api, request.method, path);
    return !route || !requiresSignature(api, route);
  }

  /** A signed method needs the permission to invoke the path of the request. */
  function listPermissions(request: WireRequest): readonly Permission[] {
    const { api, path } = findApi(request);
    const route = api && findRoute(api, request.method, path);
    if (!route || !requiresSignature(api, route)) return [];
    return [requirePermission('execute-api:Invoke', formatMethodArn(api, request, path))];
  }

  async function handle(request: WireRequest): Promise<WireResponse> {
    const { api, path } = findApi(request);
    if (!api) {
      return { status: 403, headers: jsonHeaders, body: '{"message":"Forbidden"}' };
    }
    const route = findRoute(api, request.method, path);
    if (!route) {
      const context = buildContext(api, request, path);
      const message = 'Missing Authentication Token';
      return buildGatewayResponse({ api, context }, 'MISSING_AUTHENTICATION_TOKEN', { message });
    }
    const context = buildContext(api, request, route.resource);
    const call = { ...route, api, request, path, context };
    if (request.body.length > maxBodyBytes) {
      return buildGatewayResponse(call, 'REQUEST_TOO_LARGE', { message: 'Request Too Long' });
    }
    return validateRequest(call) ?? (await integrate({ functions, iam }, call));
  }

  return {
    service: {
      name: 'execute-api',
      protocol: {
        operation: ({ method }) => method,
        failure(error, request) {
          const { name, message } = error;
          if (error instanceof AccessDenied) return accessDenied(error);
          const { api, path } = findApi(request);
          if (!api) return { status: 403, headers: jsonHeaders, body: '{"message":"Forbidden"}' };
          const context = buildContext(api, request, path);
          // Injected faults name a type of gateway response, refused signatures an exception.
          return name.endsWith('Exception')
            ? buildGatewayResponse({ api, context }, toResponseType(name), { message, name })
            : buildGatewayResponse({ api, context }, name, { message });
        },
      },
      claims: ({ path }) => path.startsWith('/execute-api/'),
      isPublic,
      permissions: listPermissions,
      handle,
    },
    put(api) {
      checkDefinition(api.definition);
      return apis.put(api);
    },
    describe: (id) => apis.describe(id),
    remove: (id) => apis.remove(id),
    createDeployment(api) {
      checkMethods(apis.describe(api).definition);
      return apis.createDeployment(api);
    },
    removeDeployment: (id) => apis.removeDeployment(id),
    putStage: (stage) => apis.putStage(stage),
    hasStage: ({ api, name }) => apis.hasStage(api, name),
    removeStage: ({ api, name }) => apis.removeStage(api, name),
  };
}

const jsonHeaders = { 'content-type': 'application/json' };

/** Returns the ARN of a request: `API/STAGE/METHOD/path`, with the values of the path parameters. */
function formatMethodArn({ id, stage }: Api, request: WireRequest, path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const resource = [id, stage, request.method, ...segments.map(decodeSegment)].join('/');
  return `arn:${partition}:execute-api:${request.region}:${account}:${resource}`;
}

/**
 * Returns the refusal of a signed request. It is not a gateway response, so that the mappings of the API do not apply, and it hides all
 * but the last four digits of the account: https://github.com/ASFHyP3/hyp3/issues/2283
 */
function accessDenied(error: AccessDenied): WireResponse {
  const resource = error.permission.resource.replace(/:\d{8}(\d{4}):/, ':********$1:');
  return {
    status: 403,
    headers: { ...jsonHeaders, 'x-amzn-ErrorType': error.name },
    body: JSON.stringify({ Message: error.format({ resource }) }),
  };
}
