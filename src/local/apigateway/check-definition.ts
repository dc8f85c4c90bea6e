import { AwsError } from '../wire/aws-error.ts';
import { binaryMediaTypes, isMediaTypes } from './binary.ts';
import { type Fields, toFields } from './call.ts';
import { isMappingExpression } from './mapping.ts';

const extension = 'x-amazon-apigateway-';

/**
 * The credentials of an integration that invokes the function as the caller of the API.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
 */
export const callerCredentials = 'arn:aws:iam::*:user/*';

/** Extensions of a definition that the local runtime serves, or that change no response. */
const apiExtensions = [
  'binary-media-types',
  'documentation',
  'endpoint-configuration',
  'gateway-responses',
  'importexport-version',
  'minimum-compression-size',
  'request-validator',
  'request-validators',
];

const methodExtensions = ['integration', 'request-validator'];

const methodNames = [
  'delete',
  'get',
  'head',
  'options',
  'patch',
  'post',
  'put',
  `${extension}any-method`,
];

const integrationFields = [
  'credentials',
  'contentHandling',
  'httpMethod',
  'passthroughBehavior',
  'requestParameters',
  'requestTemplates',
  'responses',
  'timeoutInMillis',
  'type',
  'uri',
];

const responseFields = ['responseParameters', 'responseTemplates', 'statusCode'];

const integrationTypes = ['aws', 'aws_proxy', 'mock'];

/**
 * Throws BadRequestException for the first part of a definition that API Gateway or the local runtime does not know.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
export function checkDefinition(definition: Fields): void {
  checkExtensions(definition, apiExtensions, 'the definition');
  const { [binaryMediaTypes]: types } = definition;
  if (types !== undefined && !isMediaTypes(types)) {
    throw invalid(`Invalid binary media types specified: ${JSON.stringify(types)}`);
  }
  for (const [path, methods] of Object.entries(toFields(definition['paths']))) {
    for (const [name, method] of Object.entries(toFields(methods))) {
      if (name === 'parameters' || name === 'summary' || name === 'description') continue;
      if (!methodNames.includes(name)) throw unsupported(name, `the path ${path}`);
      checkMethod(definition, toFields(method), `${name} ${path}`);
    }
  }
}

/** Throws BadRequestException if a definition cannot be deployed: it has no methods, or a method has no integration. */
export function checkMethods(definition: Fields): void {
  const methods = Object.values(toFields(definition['paths'])).flatMap((path) =>
    Object.entries(toFields(path)).flatMap(([name, method]) =>
      methodNames.includes(name) ? [toFields(method)] : [],
    ),
  );
  if (methods.length === 0) throw invalid("The REST API doesn't contain any methods");
  if (methods.some((method) => method[`${extension}integration`] === undefined)) {
    throw invalid('No integration defined for method');
  }
}

function checkMethod(definition: Fields, method: Fields, place: string): void {
  checkExtensions(method, methodExtensions, place);
  checkSecurity(definition, method, place);
  const integration = method[`${extension}integration`];
  if (integration !== undefined) checkIntegration(toFields(integration), place);
}

/** A method is either open or requires signed requests; SAM writes `NONE` for an open one. An authorizer or an API key that is ignored would leave it open. */
function checkSecurity(definition: Fields, method: Fields, place: string): void {
  const schemes = {
    ...toFields(definition['securityDefinitions']),
    ...toFields(toFields(definition['components'])['securitySchemes']),
  };
  const requirements = Array.isArray(method['security']) ? method['security'] : [];
  for (const name of requirements.flatMap((requirement) => Object.keys(toFields(requirement)))) {
    if (toFields(schemes[name])[`${extension}authtype`] === 'awsSigv4') continue;
    if (name === 'NONE' && schemes[name] === undefined) continue;
    throw unsupported(`the security scheme ${name}`, place);
  }
}

function checkIntegration(integration: Fields, place: string): void {
  const unknown = Object.keys(integration).find((name) => !integrationFields.includes(name));
  if (unknown !== undefined) throw unsupported(`the integration field ${unknown}`, place);
  const type = String(integration['type']).toLowerCase();
  if (!integrationTypes.includes(type)) {
    throw unsupported(`the integration type ${String(integration['type'])}`, place);
  }
  const { credentials } = integration;
  if (credentials !== undefined && credentials !== callerCredentials) {
    throw unsupported(`the integration field credentials ${JSON.stringify(credentials)}`, place);
  }
  if (integration['contentHandling'] === 'CONVERT_TO_BINARY') {
    throw unsupported('contentHandling CONVERT_TO_BINARY', place);
  }
  const uri = JSON.stringify(integration['uri'] ?? '');
  if (type !== 'mock' && !uri.includes(':lambda:path/')) {
    throw unsupported(`the integration uri ${uri}`, place);
  }
  checkExpressions(integration['requestParameters'], place);
  for (const response of Object.values(toFields(integration['responses']))) {
    const fields = toFields(response);
    const field = Object.keys(fields).find((name) => !responseFields.includes(name));
    if (field !== undefined)
      throw unsupported(`the field ${field} of an integration response`, place);
    checkExpressions(fields['responseParameters'], place);
  }
}

function checkExpressions(parameters: unknown, place: string): void {
  const unknown = Object.values(toFields(parameters)).find(
    (value) => typeof value !== 'string' || !isMappingExpression(value),
  );
  if (unknown !== undefined) {
    throw invalid(`Invalid mapping expression specified: ${JSON.stringify(unknown)} in ${place}`);
  }
}

function checkExtensions(fields: Fields, known: readonly string[], place: string): void {
  const unknown = Object.keys(fields).find(
    (name) => name.startsWith(extension) && !known.includes(name.slice(extension.length)),
  );
  if (unknown !== undefined) throw unsupported(unknown, place);
}

function unsupported(what: string, place: string): AwsError {
  return invalid(`The local runtime does not implement ${what} in ${place}`);
}

function invalid(message: string): AwsError {
  return new AwsError('BadRequestException', message);
}
