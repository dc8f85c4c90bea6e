import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';

/** A piece of work within an invocation; times are epoch ms. */
export interface Subsegment {
  readonly name: string;
  readonly begun: number;
  readonly ended: number;
  readonly failed: boolean;
  /** What traces can be searched by. */
  readonly annotations: Readonly<Record<string, string | number | boolean>>;
}

let socket: Socket | undefined;

/**
 * Adds work to the trace of the invocation that is under way, when there is one and it is sampled. It is handed to
 * Lambda's X-Ray daemon over UDP and never waited for: a trace that is lost harms no order.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 */
export function sendSubsegment(work: Subsegment): void {
  const { _X_AMZN_TRACE_ID: header = '', AWS_XRAY_DAEMON_ADDRESS: daemon = '' } = process.env;
  const { Root, Parent, Sampled } = fieldsOf(header);
  const [, host, port] = /^(.+):(\d+)$/.exec(daemon) ?? [];
  if (!Root || !Parent || Sampled !== '1' || !host || !port) return;
  const document = {
    type: 'subsegment',
    id: randomBytes(8).toString('hex'),
    trace_id: Root,
    parent_id: Parent,
    name: work.name,
    start_time: work.begun / 1000,
    end_time: work.ended / 1000,
    ...(work.failed ? { fault: true } : {}),
    annotations: work.annotations,
  };
  socket ??= createSocket('udp4').unref();
  const text = `{"format":"json","version":1}\n${JSON.stringify(document)}`;
  socket.send(text, Number(port), host, () => undefined);
}

/** `Root=1-…;Parent=…;Sampled=1` */
function fieldsOf(header: string): Readonly<Record<string, string>> {
  const parts = header.split(';').map((part) => part.split('=', 2));
  return Object.fromEntries(parts.map(([name = '', value = '']) => [name, value]));
}
