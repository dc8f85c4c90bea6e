import { type Fields, isFields } from '../templates/template.ts';
import { checkSamNames, invalidResource } from './properties.ts';

const anyMethod = 'x-amazon-apigateway-any-method';

const settings = ['AllowCredentials', 'AllowHeaders', 'AllowMethods', 'AllowOrigin', 'MaxAge'];

/**
 * Returns the paths of a definition with a preflight method: a mock integration that returns the headers of `Cors`. A path with an
 * OPTIONS method keeps it. https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-corsconfiguration.html
 */
export function addPreflight(id: string, cors: unknown, paths: Fields): Fields {
  if (cors === undefined) return paths;
  const properties: Fields = isFields(cors) && !('Ref' in cors) ? cors : { AllowOrigin: cors };
  checkSamNames(id, { place: 'Cors', names: settings }, properties);
  const { AllowOrigin: origin } = properties;
  if (origin === undefined) throw invalidResource(id, "'Cors' must have an AllowOrigin.");
  if (properties['AllowCredentials'] === true && origin === "'*'") {
    throw invalidResource(
      id,
      "Unable to add Cors configuration because 'AllowCredentials' can not be true when 'AllowOrigin' is \"'*'\" or not set.",
    );
  }
  return Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      isFields(methods) && !Object.hasOwn(methods, 'options')
        ? { ...methods, options: buildPreflight(properties, methods) }
        : methods,
    ]),
  );
}

function buildPreflight(cors: Fields, methods: Fields): Fields {
  const headers: readonly (readonly [string, unknown])[] = [
    ['Access-Control-Allow-Credentials', cors['AllowCredentials'] === true ? "'true'" : undefined],
    ['Access-Control-Allow-Headers', cors['AllowHeaders']],
    ['Access-Control-Allow-Methods', cors['AllowMethods'] ?? listMethods(methods)],
    ['Access-Control-Allow-Origin', cors['AllowOrigin']],
    ['Access-Control-Max-Age', cors['MaxAge']],
  ];
  const given = headers.filter(([, value]) => value !== undefined);
  return {
    'x-amazon-apigateway-integration': {
      type: 'mock',
      requestTemplates: { 'application/json': '{\n  "statusCode" : 200\n}\n' },
      responses: {
        default: {
          statusCode: '200',
          responseParameters: Object.fromEntries(
            given.map(([name, value]) => [`method.response.header.${name}`, value]),
          ),
          responseTemplates: { 'application/json': '{}\n' },
        },
      },
    },
    responses: { 200: { description: 'Default response for CORS method' } },
  };
}

/** Returns the methods of a path as a static value, such as `'GET,OPTIONS'`. */
function listMethods(methods: Fields): string {
  const every = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
  const declared = Object.hasOwn(methods, anyMethod)
    ? every
    : every.filter((name) => name === 'OPTIONS' || Object.hasOwn(methods, name.toLowerCase()));
  return `'${declared.join(',')}'`;
}
