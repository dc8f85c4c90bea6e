import { AccessDenied } from '../../iam/access-denied.ts';
import { requirePermission } from '../../iam/permission.ts';
import { urlPrefix } from '../../shared/function-url-address.ts';
import type { FunctionUrlConfigs } from '../../shared/function-url-interfaces.ts';
import type { AwsError } from '../../wire/aws-error.ts';
import type { Service, UnverifiedRequest, WireRequest, WireResponse } from '../../wire/http.ts';
import { asAwsError } from '../../wire/json.ts';
import type { LambdaContext } from '../context.ts';
import { invoke } from '../invoke.ts';
import { addCorsHeaders, answerPreflight, isPreflight } from './url-cors.ts';
import { buildUrlEvent } from './url-event.ts';
import { buildUrlResponse } from './url-response.ts';
import { createFunctionUrl, updateFunctionUrl } from './url-settings.ts';

const forbidden =
  'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html';

/** Returns what other services of the runtime do with the URLs of functions. */
export function createFunctionUrls(context: LambdaContext): FunctionUrlConfigs {
  return {
    service: createUrlService(context),
    create: (target, input) => createFunctionUrl(context, target, input).id,
    update: (target, input) => void updateFunctionUrl(context, target, input),
    remove: ({ name, qualifier }) => context.urls.remove(name, qualifier),
  };
}

/** Creates the service of the function URLs at `/lambda-url/<id>/`. Callers sign for `lambda`. */
function createUrlService(context: LambdaContext): Service {
  /** Returns the URL that a request names, and the path after it. */
  function find({ path }: UnverifiedRequest) {
    const [id = '', ...rest] = path.slice(urlPrefix.length).split('/');
    return { url: context.urls.findById(id), path: `/${rest.join('/')}` };
  }

  async function respond(request: WireRequest): Promise<WireResponse> {
    const { url, path } = find(request);
    if (!url) return refuse(403, 'AccessDeniedException', forbidden);
    if (url.cors && isPreflight(request)) return answerPreflight(url.cors, request);
    try {
      const traceHeader = request.headers['x-amzn-trace-id'];
      const input = {
        functionName: url.name,
        ...(url.alias === undefined ? {} : { qualifier: url.alias }),
        payload: Buffer.from(JSON.stringify(buildUrlEvent(url, request, path))),
        type: 'RequestResponse',
        ...(traceHeader === undefined ? {} : { traceHeader }),
      } as const;
      // Only handlers have the credentials of sessions.
      const nested = request.caller.kind === 'session';
      return buildUrlResponse(await invoke(context, input, nested));
    } catch (error) {
      const { status, name, message } = asAwsError(error);
      return refuse(status, name, message);
    }
  }

  return {
    name: 'lambda',
    protocol: { operation: () => 'InvokeFunctionUrl', failure },
    claims: ({ path }) => path.startsWith(urlPrefix),
    isPublic(request) {
      const { url } = find(request);
      return url?.authType !== 'AWS_IAM' || (url.cors !== undefined && isPreflight(request));
    },
    permissions(request) {
      const { url } = find(request);
      if (!url || (url.cors && isPreflight(request))) return [];
      const arn = context.functions.arn(url.name, url.alias);
      const conditions = {
        'lambda:FunctionUrlAuthType': url.authType,
        'lambda:InvokedViaFunctionUrl': 'true',
      };
      return ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'].map((action) =>
        requirePermission(action, arn, () => conditions),
      );
    },
    async handle(request) {
      const response = await respond(request);
      const { url } = find(request);
      if (!url?.cors || isPreflight(request)) return response;
      return addCorsHeaders(url.cors, request, response);
    },
  };
}

function failure(error: AwsError): WireResponse {
  const { name, status, message } = error;
  const isRefusal = error instanceof AccessDenied || name === 'MissingAuthenticationTokenException';
  if (isRefusal) return refuse(403, 'AccessDeniedException', forbidden);
  return refuse(status, name, message);
}

function refuse(status: number, name: string, message: string): WireResponse {
  return {
    status,
    headerLists: { 'content-type': ['application/json'], 'x-amzn-errortype': [name] },
    body: JSON.stringify({ Message: message }),
  };
}
