import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Traffic } from '../fault-injection/request-gate.ts';
import type { Store } from '../store/store.ts';
import type { Service, WireRequest, WireResponse } from './http.ts';

export interface RunningServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

interface Answering {
  /** Whether who has this access key means another runtime; absent where there is only this one. */
  readonly isAnothers?: (accessKey: string) => boolean;
  readonly services: readonly Service[];
  readonly store: Store;
  /** What all requests pass, where there is one. */
  readonly traffic?: Traffic | undefined;
}

/** Lambda takes 6 MB synchronously and the SDK sends checkpoints of a little more; API Gateway takes 10 MB. */
const largestBody = 12 * 1024 * 1024;

/**
 * Serves every service on one loopback port. A request with a foreign `Host` is refused (a page in a browser could
 * otherwise reach it by DNS rebinding), and nothing is answered before what it wrote is on disk.
 */
export async function serve({
  port,
  ...answering
}: Answering & { port: number }): Promise<RunningServer> {
  const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (incoming, outgoing) => {
    void answer(incoming, outgoing, answering);
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

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { services, store, traffic, isAnothers }: Answering,
): Promise<void> {
  try {
    const refusal = refuse(incoming, isAnothers);
    if (refusal) return send(outgoing, refusal);
    const body = await read(incoming);
    if (!body) return send(outgoing, plain(413, 'The request body is too large'));
    const request = toRequest(incoming, body);
    const service = services.find((candidate) => candidate.claims(request));
    if (!service)
      return send(outgoing, plain(404, `No service answers ${request.method} ${request.path}`));
    const response = await (traffic?.pass(service, request) ?? service.handle(request));
    await store.committed();
    send(outgoing, response);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    if (!outgoing.headersSent)
      send(outgoing, plain(500, 'The local runtime failed; its log has the details'));
  }
}

function refuse(
  { headers }: IncomingMessage,
  isAnothers: Answering['isAnothers'],
): WireResponse | undefined {
  const host = headers.host?.replace(/:\d+$/, '');
  if (host !== '127.0.0.1' && host !== 'localhost') {
    return plain(403, 'The local runtime answers only requests to 127.0.0.1 or localhost');
  }
  const [, accessKey = ''] = /Credential=([^/]*)\//.exec(headers.authorization ?? '') ?? [];
  // The one that is meant is down: whoever asks for it is to try again.
  return isAnothers?.(accessKey)
    ? plain(503, 'The local runtime of another project has this port now')
    : undefined;
}

function toRequest(incoming: IncomingMessage, body: Buffer): WireRequest {
  const [path = '/', search = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  const scope = /Credential=[^/]*\/\d+\/([a-z0-9-]+)\//.exec(incoming.headers.authorization ?? '');
  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(search),
    headers: incoming.headers as Record<string, string | undefined>,
    body,
    region: scope?.[1] ?? 'us-east-2',
  };
}

function read(incoming: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= largestBody) chunks.push(chunk);
    });
    incoming.on('end', () => resolve(length > largestBody ? undefined : Buffer.concat(chunks)));
    incoming.on('error', reject);
  });
}

function send(outgoing: ServerResponse, { status, headers = {}, body = '' }: WireResponse): void {
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  outgoing.end(body);
}

function plain(status: number, message: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify({ message })}\n`,
  };
}
