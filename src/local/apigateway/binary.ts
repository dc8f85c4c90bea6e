import type { Api, Call, Fields } from './call.ts';

/** The extension of a definition that lists the media types whose bodies are bytes. */
export const binaryMediaTypes = 'x-amazon-apigateway-binary-media-types';

/** Type of a body or of an accepted response if the client names none. */
const [defaultType, anyType] = ['application/json', '*/*'];

/** Reports whether a value is a list of media types, such as `image/png`, `image/*` and `image~1png`. */
export function isMediaTypes(value: unknown): boolean {
  return (
    Array.isArray(value) && value.every((type) => /^[^/\s]+\/[^/\s]+$/.test(decodeSlash(type)))
  );
}

/** Returns a media type with a slash where the API of API Gateway has `~1`. */
function decodeSlash(type: unknown): string {
  return String(type).replace('~1', '/');
}

/** Reports whether the body of a request consists of bytes: the API lists its media type. */
export function hasBinaryBody({ api, request }: Call): boolean {
  return isBinaryType(api, request.headers['content-type'] ?? defaultType);
}

/**
 * Reports whether the client accepts bytes. Only the first media type of its `Accept` header counts.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
 */
export function acceptsBytes({ api, request }: Call): boolean {
  return isBinaryType(api, request.headers['accept'] ?? anyType);
}

/**
 * Reports whether an API lists the first media type of a header. A wildcard in the list replaces the subtype or both parts; a wildcard in
 * the header matches only itself: https://github.com/localstack/localstack/pull/12199
 */
function isBinaryType({ definition }: Api, header: string): boolean {
  const [first = ''] = header.split(/[,;]/);
  const type = first.trim().toLowerCase();
  const [family, subtype] = type.split('/');
  if (!family || !subtype) return false;
  const listed = definition[binaryMediaTypes];
  return (Array.isArray(listed) ? listed : [])
    .map((name) => decodeSlash(name).toLowerCase())
    .some((name) => name === anyType || name === `${family}/*` || name === type);
}

/** Returns the bytes of a Base64 text; undefined if it is not valid. */
export function decodeBase64(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1) {
    return undefined;
  }
  return Buffer.from(text, 'base64');
}

/**
 * Returns the body of a request to an integration of the type `aws` or `mock`: text, or bytes if the API lists its media type. An
 * integration with CONVERT_TO_TEXT gets bytes as Base64.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
 */
export function readRequestBody(call: Call, { contentHandling }: Fields): string | Buffer {
  const { body } = call.request;
  if (!hasBinaryBody(call)) return body.toString('utf8');
  return contentHandling === 'CONVERT_TO_TEXT' ? body.toString('base64') : body;
}

/**
 * Returns the body that an integration of the type `aws` or `mock` returned, as the client accepts it; undefined if it cannot be converted.
 * `mediaType` is the type of the body. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
 */
export function convertResult(
  call: Call,
  body: string,
  mediaType: string,
): string | Buffer | undefined {
  const accepted = acceptsBytes(call);
  if (!isBinaryType(call.api, mediaType)) return accepted ? decodeBase64(body) : body;
  const bytes = Buffer.from(body);
  return accepted ? bytes : bytes.toString('base64');
}
