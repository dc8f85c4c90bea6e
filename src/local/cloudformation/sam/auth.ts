import { type Fields, isFields } from '../templates/template.ts';
import { checkSamNames, invalidResource } from './properties.ts';

const settings = [
  'AddDefaultAuthorizerToCorsPreflight',
  'ApiKeyRequired',
  'DefaultAuthorizer',
  'InvokeRole',
];

const scheme = 'AWS_IAM';

/**
 * Returns a definition whose methods require signed requests if `Auth` names AWS_IAM. Throws ValidationError for any other access
 * control: an API must not be open on the local runtime if AWS closes it.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiauth.html
 */
export function addAuth(
  id: string,
  { auth, isManaged }: { readonly auth: unknown; readonly isManaged: boolean },
  definition: Fields,
): Fields {
  if (auth === undefined) return definition;
  checkSamNames(id, { place: 'Auth', names: settings }, auth);
  const { ApiKeyRequired, DefaultAuthorizer, InvokeRole, ...others } = isFields(auth) ? auth : {};
  if (ApiKeyRequired !== undefined && ApiKeyRequired !== false) {
    throw invalidResource(id, "The local runtime does not implement 'ApiKeyRequired' of Auth.");
  }
  if (DefaultAuthorizer === undefined || DefaultAuthorizer === 'NONE') return definition;
  if (DefaultAuthorizer !== scheme) {
    throw invalidResource(
      id,
      `The local runtime implements only AWS_IAM as 'DefaultAuthorizer' of Auth, not ${JSON.stringify(DefaultAuthorizer)}.`,
    );
  }
  if (isManaged && InvokeRole !== 'NONE') {
    throw invalidResource(
      id,
      "The local runtime does not invoke functions with the caller's credentials: 'InvokeRole' of Auth must be NONE.",
    );
  }
  const signsPreflight = others['AddDefaultAuthorizerToCorsPreflight'] !== false;
  const paths = Object.entries(isFields(definition['paths']) ? definition['paths'] : {});
  return addScheme({
    ...definition,
    paths: Object.fromEntries(
      paths.map(([path, methods]) => [path, signMethods(methods, signsPreflight)]),
    ),
  });
}

function signMethods(methods: unknown, signsPreflight: boolean): unknown {
  if (!isFields(methods)) return methods;
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => {
      const isSigned = isFields(method) && method['security'] === undefined;
      const isExempt = name === 'options' && !signsPreflight;
      return [name, isSigned && !isExempt ? { ...method, security: [{ [scheme]: [] }] } : method];
    }),
  );
}

function addScheme(definition: Fields): Fields {
  const value = {
    type: 'apiKey',
    name: 'Authorization',
    in: 'header',
    'x-amazon-apigateway-authtype': 'awsSigv4',
  };
  if (definition['openapi'] === undefined) {
    const before = definition['securityDefinitions'];
    return {
      ...definition,
      securityDefinitions: { ...(isFields(before) ? before : {}), [scheme]: value },
    };
  }
  const components = isFields(definition['components']) ? definition['components'] : {};
  const before = isFields(components['securitySchemes']) ? components['securitySchemes'] : {};
  return {
    ...definition,
    components: { ...components, securitySchemes: { ...before, [scheme]: value } },
  };
}
