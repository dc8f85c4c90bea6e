import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Faults of a request: it is throttled, it fails with a server error, its connection is cut before or after it is carried out, or
 * its response is late.
 */
export const faults = ['throttle', 'error', 'cut', 'cut-after', 'slow'] as const;
export type Fault = (typeof faults)[number];

export interface FaultProxy {
  readonly url: string;
  /** Returns the number of requests since the last `plan`. */
  requestCount(): number;
  /** Injects a fault into the request with this number, counted from 1 from now on. Without arguments, injects none. */
  plan(number?: number, fault?: Fault): void;
  close(): void;
}

/** Starts a proxy for the runtime at `to`. It repeats every stack event, and injects the faults of `plan`. */
export async function startFaultProxy(to: string): Promise<FaultProxy> {
  let count = 0;
  let planned: { number: number; fault: Fault } | undefined;
  const server = createServer((incoming, outgoing) => {
    count += 1;
    const fault = planned?.number === count ? planned.fault : undefined;
    void handle(incoming, outgoing, { to, fault });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestCount: () => count,
    plan(number, fault) {
      count = 0;
      planned = number !== undefined && fault ? { number, fault } : undefined;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { to, fault }: { to: string; fault: Fault | undefined },
): Promise<void> {
  const body = await readBody(incoming);
  if (fault === 'cut') return void incoming.socket.destroy();
  if (fault === 'throttle' || fault === 'error') return sendError(incoming, outgoing, fault);
  const { hostname, port } = new URL(to);
  // The client has signed its headers, `host` included.
  const { url: path, method, headers } = incoming;
  const forwarded = request({ hostname, port, path, method, headers }, (response) => {
    void readBody(response).then((bytes) => {
      if (fault === 'cut-after') return void incoming.socket.destroy();
      const send = () => {
        const { 'content-length': _, ...rest } = response.headers;
        outgoing.writeHead(response.statusCode ?? 500, rest).end(repeatEvents(bytes));
      };
      setTimeout(send, fault === 'slow' ? 150 : 0);
    });
  });
  forwarded.on('error', () => incoming.socket.destroy());
  forwarded.end(body);
}

function sendError(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: 'throttle' | 'error',
) {
  const isForm = incoming.headers['content-type']?.includes('form') ?? false;
  const code = fault === 'throttle' ? 'Throttling' : 'InternalFailure';
  outgoing
    .writeHead(fault === 'throttle' ? 400 : 500, { 'content-type': 'text/xml' })
    .end(
      isForm
        ? `<ErrorResponse><Error><Code>${code}</Code><Message>injected</Message></Error></ErrorResponse>`
        : `<Error><Code>${code}</Code><Message>injected</Message></Error>`,
    );
}

/** CloudFormation sometimes returns an event twice. */
function repeatEvents(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  if (!text.includes('<StackEvents><member>')) return bytes;
  return Buffer.from(
    text.replace(/<member><StackId>.*?<\/member>/g, (member) => member + member),
    'latin1',
  );
}

async function readBody(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
