/** What the gateway reads of an API's OpenAPI definition. */
export interface Integration {
  readonly type: string;
  readonly uri: string;
  readonly passthroughBehavior?: string;
  readonly requestParameters?: Readonly<Record<string, string>>;
  readonly requestTemplates?: Readonly<Record<string, string>>;
  readonly responses?: Readonly<Record<string, IntegrationResponse>>;
}

export interface IntegrationResponse {
  readonly statusCode: string;
  readonly responseTemplates?: Readonly<Record<string, string>>;
}

export interface Method {
  readonly 'x-amazon-apigateway-integration'?: Integration;
  readonly 'x-amazon-apigateway-request-validator'?: string;
  readonly requestBody?: { readonly content?: Readonly<Record<string, { schema?: Schema }>> };
}

export interface Schema {
  readonly [keyword: string]: unknown;
}

export interface Definition {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Method>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
  readonly 'x-amazon-apigateway-request-validators'?: Readonly<
    Record<string, { readonly validateRequestBody?: boolean }>
  >;
  readonly 'x-amazon-apigateway-gateway-responses'?: Readonly<
    Record<string, { statusCode?: number | string; responseTemplates?: Record<string, string> }>
  >;
}

export interface Route {
  readonly resource: string;
  readonly method: Method;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** The method that a request is for; literal segments go before parameters. `path` is percent-encoded. */
export function route(definition: Definition, verb: string, path: string): Route | undefined {
  const segments = path.split('/').filter(Boolean);
  const fits = Object.entries(definition.paths ?? {})
    .flatMap(([resource, methods]) => {
      const method = methods[verb.toLowerCase()] ?? methods['x-amazon-apigateway-any-method'];
      const pathParameters = match(resource.split('/').filter(Boolean), segments);
      return method && pathParameters ? [{ resource, method, pathParameters }] : [];
    })
    .sort((a, b) => Object.keys(a.pathParameters).length - Object.keys(b.pathParameters).length);
  return fits[0];
}

function match(pattern: string[], segments: string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) parameters[part.slice(1, -1)] = decode(segment);
    else if (part !== segment) return undefined;
  }
  return parameters;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
