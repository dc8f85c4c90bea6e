/** Converts a request of the API to the event of the workflow. */
import { type OrderEvent, orderIdPattern, parseOrder } from '../contract/order.ts';
import { JsonError, parseJson } from '../contract/parse-json.ts';

/** The members of API Gateway's event that are used. */
export interface ApiRequest {
  /** All values of each header. Clients spell the names in different ways (HTTP/2 in lower case). */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>> | null;
  readonly body?: string | null;
  readonly requestContext: { readonly requestId: string };
}

/** A request that cannot become an order, also if it is repeated. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
  readonly statusCode: number;
  /** The problems of the order. */
  readonly details: string | undefined;

  constructor(statusCode: number, message: string, details?: string) {
    super(message);
    this.statusCode = statusCode;
    this.details = details;
  }
}

/** Maximum body (bytes). The longest order has about 90 KB. */
const maxBodyBytes = 256 * 1024;

/**
 * Returns the event of the workflow. The id of the order is the Idempotency-Key or, without one, derived from the request. Throws
 * InvalidRequest. The gateway's check of the body is less strict, and it is skipped for media types other than JSON.
 */
export function parseRequest(request: ApiRequest): OrderEvent {
  checkMediaType(readHeader(request, 'content-type'));
  const orderId = readOrderId(request);
  const { body } = request;
  if (Buffer.byteLength(body ?? '') > maxBodyBytes) {
    throw new InvalidRequest(413, `The body is larger than ${maxBodyBytes / 1024} KB`);
  }
  const parsed = parseOrder(parseBody(body ?? ''));
  if (parsed.ok) return { orderId, order: parsed.value };
  const problems = parsed.problems.map(({ field, message }) => `${field}: ${message}`);
  throw new InvalidRequest(400, invalidBody, `[${problems.join(', ')}]`);
}

/** API Gateway's message. */
const invalidBody = 'Invalid request body';

function parseBody(text: string): unknown {
  try {
    // JSON on the network has no byte order mark (RFC 8259).
    if (text.startsWith('\uFEFF')) throw new JsonError('a byte order mark', text, 0);
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw new InvalidRequest(400, invalidBody, error.message);
    throw error;
  }
}

/** The gateway decodes every body as UTF-8, whatever its charset. */
function checkMediaType([value = 'application/json', ...others]: readonly string[]): void {
  const [type = '', ...parameters] = value.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset'));
  const isUtf8 = charset === undefined || /^charset="?utf-8"?$/.test(charset);
  if (type === 'application/json' && isUtf8 && others.length === 0) return;
  throw new InvalidRequest(415, 'The Content-Type must be application/json in UTF-8');
}

function readOrderId(request: ApiRequest): string {
  const keys = readHeader(request, 'idempotency-key');
  if (keys.length > 1) {
    throw new InvalidRequest(400, 'The request has more than one Idempotency-Key');
  }
  const [orderId = `order-${request.requestContext.requestId}`] = keys;
  if (orderIdPattern.test(orderId)) return orderId;
  const rule = '1 to 64 letters, digits, hyphens or underscores';
  throw new InvalidRequest(400, `The Idempotency-Key must be ${rule}`);
}

/** Returns the values of a header in any spelling of its name. */
function readHeader({ multiValueHeaders }: ApiRequest, name: string): readonly string[] {
  return Object.entries(multiValueHeaders ?? {}).flatMap(([spelled, values]) =>
    spelled.toLowerCase() === name ? values : [],
  );
}
