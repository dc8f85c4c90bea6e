import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Store } from '../store/store.ts';
import type { Service, WireRequest, WireResponse } from './http.ts';
import { parseSignature, type Signature } from './signature.ts';

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
  /** Returns whether an access key belongs to another runtime. */
  readonly isForeignAccessKey?: (accessKey: string) => boolean;
  readonly services: readonly Service[];
  readonly store: Store;
  readonly interceptor?: RequestInterceptor | undefined;
}

/** Maximum body size (bytes). Lambda accepts 6 MB, checkpoints of the SDK are slightly larger, API Gateway accepts 10 MB. */
const maxBodyBytes = 12 * 1024 * 1024;
/** Maximum size of an object in one request to S3 (bytes). AWS accepts 5 GB; the runtime holds an object in memory. */
const maxObjectBytes = 256 * 1024 * 1024;

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
  { services, store, interceptor, isForeignAccessKey }: ServerOptions,
): Promise<void> {
  try {
    const target = parseTarget(incoming);
    const { signature } = target;
    const refusal = findRefusal(incoming, signature, isForeignAccessKey);
    if (refusal) return send(outgoing, refusal);
    const maxBytes = signature?.service === 's3' ? maxObjectBytes : maxBodyBytes;
    const body = await readBody(incoming, maxBytes);
    if (!body) return send(outgoing, jsonMessage(413, 'The request body is too large'));
    const request: WireRequest = { ...target, body };
    const service = services.find((candidate) => candidate.claims(request));
    if (!service)
      return send(
        outgoing,
        jsonMessage(404, `No service handles ${request.method} ${request.path}`),
      );
    const response = await (interceptor?.handle(service, request) ?? service.handle(request));
    await store.committed();
    send(outgoing, response);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    if (!outgoing.headersSent)
      send(outgoing, jsonMessage(500, 'The local runtime failed; its log has the details'));
  }
}

/** Returns the response to a request that is not for this runtime, or undefined. */
function findRefusal(
  { headers }: IncomingMessage,
  signature: Signature | undefined,
  isAnothers: ServerOptions['isForeignAccessKey'],
): WireResponse | undefined {
  const host = headers.host?.replace(/:\d+$/, '');
  if (host !== '127.0.0.1' && host !== 'localhost') {
    return jsonMessage(403, 'The local runtime accepts only requests to 127.0.0.1 or localhost');
  }
  // The intended runtime is down and its port was reused. Status 503 makes the client retry.
  return isAnothers?.(signature?.accessKey ?? '')
    ? jsonMessage(503, 'The local runtime of another project now uses this port')
    : undefined;
}

/** Returns a request without its body. */
function parseTarget(incoming: IncomingMessage): Omit<WireRequest, 'body'> {
  const [path = '/', search = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const signature = parseSignature(incoming.headers.authorization, query);
  return {
    method: incoming.method ?? 'GET',
    path,
    query,
    headers: incoming.headers as Record<string, string | undefined>,
    exactHeaders: toExactHeaders(incoming),
    region: signature?.region ?? 'us-east-2',
    signature,
  };
}

/** Returns the headers in the spelling of the client; of a repeated header the last value. */
function toExactHeaders({ rawHeaders }: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers[rawHeaders[index] ?? ''] = rawHeaders[index + 1] ?? '';
  }
  return headers;
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

function send(outgoing: ServerResponse, { status, headers = {}, body = '' }: WireResponse): void {
  outgoing.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  outgoing.end(body);
}

function jsonMessage(status: number, message: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify({ message })}\n`,
  };
}
