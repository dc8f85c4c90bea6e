import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';
import { type Fields, isFields } from './constraints.ts';
import type { LambdaContext } from './context.ts';
import { parseTarget } from './execution/chained-invoke.ts';

/** A request that matched a route. */
export interface LambdaRequest extends WireRequest {
  /** Decoded path parameters by their name in the route's pattern. */
  readonly params: Readonly<Record<string, string>>;
}

/** Handles one operation of the Lambda API. Throws an AwsError that is sent as the response. */
export type LambdaOperation = (
  context: LambdaContext,
  request: LambdaRequest,
) => WireResponse | Promise<WireResponse>;

/** Returns a response with a JSON body. */
export function json(value: unknown, status = 200): WireResponse {
  return { status, body: JSON.stringify(value) };
}

/** Returns the parsed request body; an empty body is an empty object. Throws SerializationException. */
export function parseBody({ body }: WireRequest): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON');
  }
}

/** Returns the request body as an object. Throws SerializationException. */
export function parseFields(request: WireRequest): Fields {
  const value = parseBody(request);
  if (isFields(value)) return value;
  throw new AwsError('SerializationException', 'The request body is not an object');
}

/** Returns the function that a request names in its path, with the qualifier of its query or its ARN. */
export function requestTarget({ params, query }: LambdaRequest): {
  name: string;
  qualifier: string | undefined;
} {
  const { name, qualifier } = parseTarget(params['function'] ?? '');
  return { name, qualifier: query.get('Qualifier') ?? qualifier };
}
