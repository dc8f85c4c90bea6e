import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Principal } from '../iam/principal.ts';
import type { Store } from '../store/store.ts';
import { AwsError } from './aws-error.ts';
import type { Service, UnverifiedRequest, WireRequest, WireResponse } from './http.ts';
import { parseSignature } from './signature.ts';
import type { SignatureVerifier } from './verify-signature.ts';

export interface RunningServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** Handles requests in place of their service: passes them on, or delays, counts or rejects them. */
export interface RequestInterceptor {
  handle(service: Service, request: WireRequest): Promise<WireResponse>;
}

interface ServerOptions {
  readonly verifier: SignatureVerifier;
  readonly services: readonly Service[];
  readonly store: Store;
  readonly interceptor?: RequestInterceptor | undefined;
}

/** Maximum body size (bytes). Lambda accepts 6 MB, checkpoints of the SDK are slightly larger, API Gateway accepts 10 MB. */
const maxBodyBytes = 12 * 1024 * 1024;
/** Maximum size of an object in one request to S3 (bytes). AWS accepts 5 GB; the runtime holds an object in memory. */
const maxObjectBytes = 256 * 1024 * 1024;
/** Service for which requests to the runtime itself are signed. */
const controlService = 'runtime';

/**
 * Starts a server for all services on one loopback port. It rejects requests with a foreign `Host`, because a page in a browser
 * could otherwise reach it by DNS rebinding. It sends a response after the request's changes are on disk.
 */
export async function serve({
  port,
  ...options
}: ServerOptions & { port: number }): Promise<RunningServer> {
  const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (incoming, outgoing) => {
    void respond(incoming, outgoing, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const actual = (server.address() as AddressInfo).port;
  return {
    port: actual,
    url: `http://127.0.0.1:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: ServerOptions,
): Promise<void> {
  try {
    const target = parseTarget(incoming, options.verifier.region);
    if (!isOwnHost(target.headers['host'])) {
      return send(
        outgoing,
        jsonMessage(403, 'The local runtime accepts only requests to 127.0.0.1 or localhost'),
      );
    }
    const maxBytes = target.signature?.service === 's3' ? maxObjectBytes : maxBodyBytes;
    const body = await readBody(incoming, maxBytes);
    if (!body) return send(outgoing, jsonMessage(413, 'The request body is too large'));
    const response = await handle({ ...target, body }, options);
    await options.store.committed();
    send(outgoing, response);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    if (!outgoing.headersSent)
      send(outgoing, jsonMessage(500, 'The local runtime failed; its log has the details'));
  }
}

function isOwnHost(host: string | undefined): boolean {
  const name = host?.replace(/:\d+$/, '');
  return name === '127.0.0.1' || name === 'localhost';
}

/** Returns the response of the service that a request is for, or the error for a signature that is missing or not valid. */
async function handle(
  unverified: UnverifiedRequest,
  { services, interceptor, verifier }: ServerOptions,
): Promise<WireResponse> {
  const service = services.find((candidate) => candidate.claims(unverified));
  let request: WireRequest;
  try {
    request = { ...unverified, caller: findCaller(unverified, service, verifier) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return service?.protocol?.failure(error, unverified) ?? jsonFailure(error);
  }
  if (!service) {
    return jsonMessage(404, `No service handles ${request.method} ${request.path}`);
  }
  return interceptor?.handle(service, request) ?? service.handle(request);
}

/** Returns the principal that signed a request. Throws an AwsError if the signature is missing or not valid. */
function findCaller(
  request: UnverifiedRequest,
  service: Service | undefined,
  verifier: SignatureVerifier,
): Principal {
  if (service?.isPublic?.(request)) return { kind: 'anonymous' };
  const isControl = service !== undefined && !service.protocol;
  const name = isControl ? controlService : (service?.name ?? request.signature?.service ?? '');
  const caller = verifier.verify(request, name);
  if (isControl && caller.kind !== 'root') {
    const message = 'Only the credentials of the project may control the local runtime';
    throw new AwsError('AccessDeniedException', message, { status: 403 });
  }
  return caller;
}

/** Returns a request without its body. */
function parseTarget(incoming: IncomingMessage, region: string): Omit<UnverifiedRequest, 'body'> {
  const { url = '/', method = 'GET' } = incoming;
  const at = url.indexOf('?');
  const rawQuery = at < 0 ? '' : url.slice(at + 1);
  const query = new URLSearchParams(rawQuery);
  const { headers, exactHeaders } = readHeaders(incoming);
  return {
    method,
    path: at < 0 ? url : url.slice(0, at),
    query,
    rawQuery,
    headers,
    exactHeaders,
    region,
    signature: parseSignature(headers['authorization'], query),
  };
}

/** Reads the headers. Those by lower-case name are the same as `incoming.headers`, which Node.js builds at its first use. */
function readHeaders(incoming: IncomingMessage): Pick<WireRequest, 'headers' | 'exactHeaders'> {
  const { rawHeaders } = incoming;
  const headers: Record<string, string> = {};
  const exactHeaders: Record<string, string[]> = Object.create(null);
  let hasRepeated = false;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const spelling = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const name = spelling.toLowerCase();
    // Node.js combines repeated headers by rules that depend on the header, and returns some headers in another form.
    if (headers[name] !== undefined || name === 'set-cookie') hasRepeated = true;
    headers[name] = value;
    const values = exactHeaders[spelling];
    if (values) values.push(value);
    else exactHeaders[spelling] = [value];
  }
  if (!hasRepeated) return { headers, exactHeaders };
  return { headers: incoming.headers as Record<string, string | undefined>, exactHeaders };
}

function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
    });
    incoming.on('end', () => resolve(length > maxBytes ? undefined : Buffer.concat(chunks)));
    incoming.on('error', reject);
  });
}

function send(outgoing: ServerResponse, response: WireResponse): void {
  const { status, headers, headerLists, body = '' } = response;
  const all: Record<string, string | number | string[]> = {
    'content-length': Buffer.byteLength(body),
    ...headers,
  };
  for (const name in headerLists) all[name] = [...(headerLists[name] ?? [])];
  outgoing.writeHead(status, all);
  outgoing.end(body);
}

function jsonFailure({ name, status, message }: AwsError): WireResponse {
  const response = jsonMessage(status, message);
  return { ...response, headers: { ...response.headers, 'x-amzn-errortype': name } };
}

function jsonMessage(status: number, message: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify({ message })}\n`,
  };
}
