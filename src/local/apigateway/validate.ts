import type { WireResponse } from '../wire/http.ts';
import { type Call, fields, gatewayResponse } from './call.ts';
import { SchemaValidator } from './schema.ts';

/** What the gateway refuses before it calls anything. */
export function refusal(call: Call): WireResponse | undefined {
  const { request, method, api } = call;
  if (takesSignature(call) && !request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    const message = 'Missing Authentication Token';
    return gatewayResponse(call, 'MISSING_AUTHENTICATION_TOKEN', { message });
  }
  const integration = fields(method['x-amazon-apigateway-integration']);
  const type = contentType(call);
  if (integration['type'] === 'aws' && request.method !== 'GET') {
    const known = Object.hasOwn(fields(integration['requestTemplates']), type);
    if (!known && integration['passthroughBehavior'] === 'never') {
      return gatewayResponse(call, 'UNSUPPORTED_MEDIA_TYPE', {
        message: 'Unsupported Media Type',
      });
    }
  }
  const name =
    method['x-amazon-apigateway-request-validator'] ??
    api.definition['x-amazon-apigateway-request-validator'];
  const validators = fields(api.definition['x-amazon-apigateway-request-validators']);
  const { validateRequestBody, validateRequestParameters } = fields(validators[String(name)]);
  const missing = validateRequestParameters ? missingParameters(call) : [];
  if (missing.length > 0) {
    const message = `Missing required request parameters: [${missing.join(', ')}]`;
    return gatewayResponse(call, 'BAD_REQUEST_PARAMETERS', { message });
  }
  const content = fields(fields(method['requestBody'])['content']);
  const schema = fields(content[type])['schema'];
  const parsed = schema || integration['type'] === 'aws' ? parseBody(call) : { value: undefined };
  const errors =
    'error' in parsed
      ? [parsed.error]
      : validateRequestBody && schema
        ? new SchemaValidator(api.definition).errors(fields(schema), parsed.value)
        : [];
  if (errors.length === 0) return undefined;
  const validation = `[${errors.join(', ')}]`;
  return gatewayResponse(call, 'BAD_REQUEST_BODY', { message: 'Invalid request body', validation });
}

/** Whether a method is only for those who sign; who they are is not looked at here. */
function takesSignature({ api, method }: Call): boolean {
  const security = (method['security'] ?? api.definition['security'] ?? []) as object[];
  const schemes = fields(fields(api.definition['components'])['securitySchemes']);
  return security
    .flatMap((each) => Object.keys(each))
    .some((name) => fields(schemes[name])['x-amazon-apigateway-authtype'] === 'awsSigv4');
}

/** The media type of the body, without its parameters. */
export function contentType({ request }: Call): string {
  const [type = ''] = (request.headers['content-type'] ?? 'application/json').split(';');
  return type.trim().toLowerCase();
}

function parseBody({ request }: Call): { value: unknown } | { error: string } {
  if (request.method === 'GET' && request.body.length === 0) return { value: undefined };
  try {
    return { value: JSON.parse(request.body.toString('utf8')) };
  } catch (error) {
    return { error: `Malformed JSON: ${error instanceof Error ? error.message : ''}` };
  }
}

function missingParameters({ method, request, pathParameters }: Call): string[] {
  const declared = (method['parameters'] ?? []) as {
    name: string;
    in: string;
    required?: boolean;
  }[];
  return declared
    .filter(({ name, in: place, required }) => {
      if (!required) return false;
      if (place === 'header') return !request.headers[name.toLowerCase()];
      return place === 'query' ? !request.query.get(name) : pathParameters[name] === undefined;
    })
    .map(({ name }) => name);
}
