import type { WireResponse } from '../../wire/http.ts';
import { isFields } from '../constraints.ts';
import type { LambdaContext } from '../context.ts';
import { invalidParameter } from '../errors.ts';
import { parseTarget } from '../execution/chained-invoke.ts';
import { json, type LambdaRequest, parseFields } from '../request.ts';

/** Maximum number of tags of a function. */
const maxTags = 50;

/** ListTags. */
export function listTags(
  { functions, tags }: LambdaContext,
  { params }: LambdaRequest,
): WireResponse {
  const name = functionName(params);
  functions.resolve(name);
  return json({ Tags: tags.read(name) });
}

/** TagResource. */
export function tagResource(
  { functions, tags }: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const name = functionName(request.params);
  functions.resolve(name);
  const added = parseTags(parseFields(request)['Tags']);
  if (Object.keys({ ...tags.read(name), ...added }).length > maxTags) {
    throw invalidParameter(`The number of tags exceeds the limit of ${maxTags} tags`);
  }
  tags.add(name, added);
  return { status: 204 };
}

/** UntagResource. */
export function untagResource(
  { functions, tags }: LambdaContext,
  { params, query }: LambdaRequest,
): WireResponse {
  const name = functionName(params);
  functions.resolve(name);
  tags.remove(name, query.getAll('tagKeys'));
  return { status: 204 };
}

/** Returns tags by key. Throws InvalidParameterValueException if the value is not a map of texts. */
export function parseTags(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isFields(value)) throw invalidParameter('Tags must be a map of keys and values');
  const entries = Object.entries(value);
  if (entries.length > maxTags) {
    throw invalidParameter(`The number of tags exceeds the limit of ${maxTags} tags`);
  }
  for (const [key, text] of entries) {
    if (typeof text !== 'string' || key.length > 128 || text.length > 256) {
      throw invalidParameter(`The tag "${key.slice(0, 128)}" is not valid`);
    }
  }
  return value as Record<string, string>;
}

function functionName(params: LambdaRequest['params']): string {
  return parseTarget(params['resource'] ?? '').name;
}
