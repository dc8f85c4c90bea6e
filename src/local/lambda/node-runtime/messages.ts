import type { LogLine } from '../../shared/service-interfaces.ts';

/** An invocation, sent to the handler's process. */
export interface InvocationMessage {
  readonly requestId: string;
  readonly event: string;
  /** Wall-clock time at which the invocation times out (epoch ms). */
  readonly deadline: number;
  readonly functionArn: string;
  readonly tenantId?: string;
  readonly traceHeader?: string;
}

/** A failed invocation as Lambda reports it to the caller. */
export interface ErrorReport {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** Resources that an invocation used. */
export interface InvocationUsage {
  readonly durationMs: number;
  /** Peak memory of the process so far (MB). */
  readonly memoryMb: number;
  /** Time from the start of the process until the handler was loaded (ms). */
  readonly initMs: number;
}

/** A result, sent by the handler's process. A message without payload and error contains only log lines. */
export interface ResultMessage {
  readonly usage?: InvocationUsage;
  readonly lines: readonly LogLine[];
  readonly payload?: string;
  readonly error?: ErrorReport;
}
