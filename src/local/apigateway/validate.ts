import type { WireResponse } from '../wire/http.ts';
import {
  type Api,
  buildGatewayResponse,
  type Call,
  type Fields,
  type Route,
  toFields,
} from './call.ts';
import { SchemaValidator } from './schema.ts';

/** Returns the error response for a request that the gateway rejects without calling its integration. */
export function validateRequest(call: Call): WireResponse | undefined {
  return rejectMediaType(call) ?? rejectMissingParameters(call) ?? rejectInvalidBody(call);
}

/** Reports whether a method accepts only signed requests. */
export function requiresSignature({ definition }: Api, { method }: Route): boolean {
  const security = (method['security'] ?? definition['security'] ?? []) as object[];
  const schemes = {
    ...toFields(definition['securityDefinitions']),
    ...toFields(toFields(definition['components'])['securitySchemes']),
  };
  return security
    .flatMap((requirement) => Object.keys(requirement))
    .some((name) => toFields(schemes[name])['x-amazon-apigateway-authtype'] === 'awsSigv4');
}

function isProxy({ type }: Fields): boolean {
  return String(type).toLowerCase() === 'aws_proxy';
}

function rejectMediaType(call: Call): WireResponse | undefined {
  const integration = readIntegration(call);
  const templates = toFields(integration['requestTemplates']);
  if (isProxy(integration) || call.request.method === 'GET') return undefined;
  if (Object.hasOwn(templates, readContentType(call))) return undefined;
  const { passthroughBehavior = 'when_no_match' } = integration;
  const behavior = String(passthroughBehavior).toLowerCase();
  const isPassed =
    behavior === 'when_no_match' ||
    (behavior === 'when_no_templates' && Object.keys(templates).length === 0);
  if (isPassed) return undefined;
  const message = 'Unsupported Media Type';
  return buildGatewayResponse(call, 'UNSUPPORTED_MEDIA_TYPE', { message });
}

function rejectMissingParameters(call: Call): WireResponse | undefined {
  if (!readValidator(call)['validateRequestParameters']) return undefined;
  const missing = findMissingParameters(call);
  if (missing.length === 0) return undefined;
  const message = `Missing required request parameters: [${missing.join(', ')}]`;
  return buildGatewayResponse(call, 'BAD_REQUEST_PARAMETERS', { message });
}

function rejectInvalidBody(call: Call): WireResponse | undefined {
  const errors = findBodyErrors(call);
  if (errors.length === 0) return undefined;
  const validation = `[${errors.join(', ')}]`;
  const message = 'Invalid request body';
  return buildGatewayResponse(call, 'BAD_REQUEST_BODY', { message, validation });
}

function findBodyErrors(call: Call): string[] {
  const content = toFields(toFields(call.method['requestBody'])['content']);
  const { schema } = toFields(content[readContentType(call)]);
  if (!schema && String(readIntegration(call)['type']).toLowerCase() !== 'aws') return [];
  const parsed = parseBody(call);
  if ('error' in parsed) return [parsed.error];
  if (!schema || !readValidator(call)['validateRequestBody']) return [];
  return new SchemaValidator(call.api.definition).validate(toFields(schema), parsed.value);
}

function readIntegration({ method }: Call): Fields {
  return toFields(method['x-amazon-apigateway-integration']);
}

/** Returns the settings of the request validator that the method names, otherwise the API. */
function readValidator({ api, method }: Call): Fields {
  const name =
    method['x-amazon-apigateway-request-validator'] ??
    api.definition['x-amazon-apigateway-request-validator'];
  const validators = toFields(api.definition['x-amazon-apigateway-request-validators']);
  return toFields(validators[String(name)]);
}

/** Returns the media type of the body without its parameters. */
export function readContentType({ request }: Call): string {
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

function findMissingParameters({ method, request, pathParameters }: Call): string[] {
  const declared = (method['parameters'] ?? []) as {
    name: string;
    in: string;
    required?: boolean;
  }[];
  return declared
    .filter(({ name, in: place, required }) => {
      if (!required) return false;
      if (place === 'header') return !request.exactHeaders[name]?.at(-1);
      return place === 'query' ? !request.query.get(name) : pathParameters[name] === undefined;
    })
    .map(({ name }) => name);
}
