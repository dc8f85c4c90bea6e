import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to a request: it is refused as too much or with a server's error, its connection is cut before or after it is
 * carried out, or its answer is late.
 */
export const faults = ['throttle', 'error', 'cut', 'cut-after', 'slow'] as const;
export type Fault = (typeof faults)[number];

export interface FaultProxy {
  readonly url: string;
  /** How many requests came since the last `plan`. */
  seen(): number;
  /** Has this happen to the request of that number, from 1 on, from now on; without a fault, nothing. */
  plan(number?: number, fault?: Fault): void;
  close(): void;
}

/** Passes requests on to the runtime at `to`, and every list of stack events twice over; `plan` says what else goes wrong. */
export async function faultProxy(to: string): Promise<FaultProxy> {
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
    seen: () => count,
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
  const body = await readAll(incoming);
  if (fault === 'cut') return void incoming.socket.destroy();
  if (fault === 'throttle' || fault === 'error') return refuse(incoming, outgoing, fault);
  const { hostname, port } = new URL(to);
  const options = { hostname, port, path: incoming.url, method: incoming.method };
  const headers = { ...incoming.headers, host: `${hostname}:${port}` };
  const passed = request({ ...options, headers }, (answer) => {
    void readAll(answer).then((bytes) => {
      if (fault === 'cut-after') return void incoming.socket.destroy();
      const send = () => {
        const { 'content-length': _, ...rest } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 500, rest).end(doubled(bytes));
      };
      setTimeout(send, fault === 'slow' ? 150 : 0);
    });
  });
  passed.on('error', () => incoming.socket.destroy());
  passed.end(body);
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, fault: 'throttle' | 'error') {
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

/** Events arrive twice now and then. */
function doubled(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  if (!text.includes('<StackEvents><member>')) return bytes;
  return Buffer.from(
    text.replace(/<member><StackId>.*?<\/member>/g, (member) => member + member),
    'latin1',
  );
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
