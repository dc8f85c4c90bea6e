import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request: `Action DescribeStacks`, `GetItem`, or `GET /path`. */
export interface Seen {
  readonly name: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** Answers in place of what is behind the proxy, or changes what that answers. */
export type Meddle = (
  seen: Seen,
) => Partial<Answered> | ((answer: Answered) => Partial<Answered>) | undefined;

/** Passes requests on to `to`, and has the answers that `meddle` says. */
export async function meddlingProxy(to: string) {
  let meddle: Meddle = () => undefined;
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await readAll(incoming);
    const action = /(?:^|&)Action=(\w+)/.exec(body.toString())?.[1];
    const target = incoming.headers['x-amz-target'];
    const operation = typeof target === 'string' ? target.split('.')[1] : undefined;
    const path = decodeURIComponent(incoming.url ?? '').split('?')[0];
    const name = operation ?? (action ? `Action ${action}` : `${incoming.method} ${path}`);
    const change = meddle({ name });
    const instead = typeof change === 'object' ? change : {};
    const answer =
      typeof change === 'object'
        ? { status: 200, headers: {}, body: '', ...instead }
        : await passOn(to, incoming, body);
    const changed = typeof change === 'function' ? { ...answer, ...change(answer) } : answer;
    const { 'content-length': _, ...headers } = changed.headers;
    outgoing.writeHead(changed.status, headers).end(changed.body);
  };
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    meddle(how: Meddle) {
      meddle = how;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export type MeddlingProxy = Awaited<ReturnType<typeof meddlingProxy>>;

function passOn(to: string, incoming: IncomingMessage, body: Buffer): Promise<Answered> {
  const { hostname, port } = new URL(to);
  const { url: path, method } = incoming;
  const headers = { ...incoming.headers, host: `${hostname}:${port}` };
  return new Promise((resolve, reject) => {
    const passed = request({ hostname, port, path, method, headers }, (answer) => {
      const { statusCode: status = 500, headers: told } = answer;
      readAll(answer).then(
        (bytes) => resolve({ status, headers: told, body: bytes.toString() }),
        reject,
      );
    });
    passed.on('error', reject);
    passed.end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
