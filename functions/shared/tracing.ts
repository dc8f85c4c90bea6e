import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';

/** A part of an invocation in a trace. Times are epoch milliseconds. */
export interface Subsegment {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly failed: boolean;
  /** Searchable keys and values. */
  readonly annotations: Readonly<Record<string, string | number | boolean>>;
}

let socket: Socket | undefined;

/**
 * Adds a subsegment to the trace of the current invocation, if the invocation is sampled. Sends it to Lambda's X-Ray daemon
 * over UDP and does not wait: a lost subsegment affects no order.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 */
export function sendSubsegment(subsegment: Subsegment): void {
  const { _X_AMZN_TRACE_ID: header = '', AWS_XRAY_DAEMON_ADDRESS: daemon = '' } = process.env;
  const { Root, Parent, Sampled } = parseTraceHeader(header);
  const [, host, port] = /^(.+):(\d+)$/.exec(daemon) ?? [];
  if (!Root || !Parent || Sampled !== '1' || !host || !port) return;
  const document = {
    type: 'subsegment',
    id: randomBytes(8).toString('hex'),
    trace_id: Root,
    parent_id: Parent,
    name: subsegment.name,
    start_time: subsegment.startedAt / 1000,
    end_time: subsegment.endedAt / 1000,
    ...(subsegment.failed ? { fault: true } : {}),
    annotations: subsegment.annotations,
  };
  socket ??= createSocket('udp4').unref();
  const text = `{"format":"json","version":1}\n${JSON.stringify(document)}`;
  socket.send(text, Number(port), host, () => undefined);
}

/** Parses a header like `Root=1-…;Parent=…;Sampled=1`. */
function parseTraceHeader(header: string): Readonly<Record<string, string>> {
  const parts = header.split(';').map((part) => part.split('=', 2));
  return Object.fromEntries(parts.map(([name = '', value = '']) => [name, value]));
}
