import { type Api, decodeSegment, type Route, toFields } from './call.ts';

const anyMethod = 'x-amazon-apigateway-any-method';

/**
 * Returns the method for the path after the stage; undefined if the API has none. The most specific resource that matches is chosen, in
 * any order of the definition: at each depth a literal segment wins over a parameter, and a parameter over a greedy one.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-set-up-simple-proxy.html
 */
export function findRoute(api: Api, httpMethod: string, path: string): Route | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  const matches = Object.entries(toFields(api.definition['paths'])).flatMap(
    ([resource, methods]) => {
      const pathParameters = matchPath(splitResource(resource), segments);
      return pathParameters ? [{ resource, methods: toFields(methods), pathParameters }] : [];
    },
  );
  const [best] = matches.sort((a, b) => compareSpecificity(a.resource, b.resource));
  const method = best?.methods[httpMethod.toLowerCase()] ?? best?.methods[anyMethod];
  if (!best || method === undefined) return undefined;
  const { resource, pathParameters } = best;
  return { resource, method: toFields(method), pathParameters };
}

function splitResource(resource: string): string[] {
  return resource.split('/').filter((part) => part !== '');
}

/** Returns a negative number if the first resource is more specific. */
function compareSpecificity(a: string, b: string): number {
  const [left, right] = [splitResource(a).map(rank), splitResource(b).map(rank)];
  const index = left.findIndex((value, position) => value !== right[position]);
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}

function rank(part: string): number {
  if (!part.startsWith('{')) return 0;
  return part.endsWith('+}') ? 2 : 1;
}

/** Returns the path parameters if `segments` match the parts of a resource. */
function matchPath(parts: string[], segments: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const [, name, greedy] = /^\{([^+}]+)(\+?)\}$/.exec(part) ?? [];
    const value = segments[index];
    if (value === undefined) return undefined;
    if (name && greedy) {
      parameters[name] = segments.slice(index).map(decodeSegment).join('/');
      return parameters;
    }
    if (name) parameters[name] = decodeSegment(value);
    else if (part !== decodeSegment(value)) return undefined;
  }
  return parts.length === segments.length ? parameters : undefined;
}
