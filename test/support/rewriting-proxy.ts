import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a proxy received. */
export interface ProxiedRequest {
  /** `Action DescribeStacks`, `GetItem`, or `GET /path`. */
  readonly name: string;
}

/** A response of the target. */
export interface ProxiedResponse {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** Returns a response to send in place of the target's, a function that changes the target's response, or undefined. */
export type Rewrite = (
  seen: ProxiedRequest,
) =>
  | Partial<ProxiedResponse>
  | ((response: ProxiedResponse) => Partial<ProxiedResponse>)
  | undefined;

/** Starts a proxy for the server at `to`. It replaces or changes responses with the function set by `rewriteWith`. */
export async function startRewritingProxy(to: string) {
  let rewrite: Rewrite = () => undefined;
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await readBody(incoming);
    const action = /(?:^|&)Action=(\w+)/.exec(body.toString())?.[1];
    const target = incoming.headers['x-amz-target'];
    const operation = typeof target === 'string' ? target.split('.')[1] : undefined;
    const path = decodeURIComponent(incoming.url ?? '').split('?')[0];
    const name = operation ?? (action ? `Action ${action}` : `${incoming.method} ${path}`);
    const rewritten = rewrite({ name });
    const replacement = typeof rewritten === 'object' ? rewritten : {};
    const response =
      typeof rewritten === 'object'
        ? { status: 200, headers: {}, body: '', ...replacement }
        : await forward(to, incoming, body);
    const result =
      typeof rewritten === 'function' ? { ...response, ...rewritten(response) } : response;
    const { 'content-length': _, ...headers } = result.headers;
    outgoing.writeHead(result.status, headers).end(result.body);
  };
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rewriteWith(newRewrite: Rewrite) {
      rewrite = newRewrite;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export type RewritingProxy = Awaited<ReturnType<typeof startRewritingProxy>>;

function forward(to: string, incoming: IncomingMessage, body: Buffer): Promise<ProxiedResponse> {
  const { hostname, port } = new URL(to);
  // The client has signed its headers, `host` included.
  const { url: path, method, headers } = incoming;
  return new Promise((resolve, reject) => {
    const forwarded = request({ hostname, port, path, method, headers }, (response) => {
      const { statusCode: status = 500, headers: received } = response;
      readBody(response).then(
        (bytes) => resolve({ status, headers: received, body: bytes.toString() }),
        reject,
      );
    });
    forwarded.on('error', reject);
    forwarded.end(body);
  });
}

async function readBody(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
