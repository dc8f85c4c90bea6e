import type { FunctionCode } from './handler-process.ts';
import type { ErrorReport, InvocationMessage } from './node-runtime/messages.ts';

/** One invocation of a handler. */
export interface HandlerJob {
  readonly code: FunctionCode;
  readonly requestId: string;
  readonly event: string;
  /** True if another handler waits for the result. Such a job may exceed the maximum number of environments. */
  readonly nested?: boolean;
  /** True if it begins an asynchronous execution or processes an event: no caller and no timer waits for it. */
  readonly isStart?: boolean;
  readonly tenantId?: string;
  /** X-Ray trace header of the caller. */
  readonly traceHeader?: string;
}

/** Result of an invocation: a payload or an error. */
export interface HandlerOutcome {
  /** Log lines of the invocation, Lambda's own lines included. */
  readonly log?: string;
  readonly payload?: string;
  readonly error?: ErrorReport;
}

/** Returns a text that two jobs share if the same process may run both. */
export function formatEnvironmentKey({ code }: HandlerJob): string {
  return `${code.arn} ${code.revision}`;
}

/** Returns the message that starts a job in the handler's process. `started`: wall-clock time (epoch ms). */
export function toMessage(
  { requestId, event, code, tenantId, traceHeader }: HandlerJob,
  started: number,
): InvocationMessage {
  return {
    requestId,
    event,
    deadline: started + code.settings.timeout * 1000,
    functionArn: code.arn,
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(traceHeader === undefined ? {} : { traceHeader }),
  };
}
