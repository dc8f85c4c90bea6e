/** Stored data of durable executions. Times are wall-clock time (epoch ms) unless stated otherwise. */
export interface ErrorObject {
  readonly ErrorMessage?: string;
  readonly ErrorType?: string;
  readonly ErrorData?: string;
  readonly StackTrace?: readonly string[];
}

/** Status of an execution. A paused execution is running too; see `Execution.pause`. */
export type ExecutionStatus =
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'TIMED_OUT'
  | 'STOPPED'
  | 'DELETING';

/** A request to resume an execution. */
export interface ResumeRequest {
  /** Time of the request (epoch ms). */
  readonly requestedAt: number;
  readonly reason?: string;
  readonly clientToken?: string;
}

/** A request to pause an execution. */
export interface PauseRequest extends ResumeRequest {
  /** Whether the execution's timeout stops while the execution is paused. */
  readonly timeoutPaused: boolean;
}

/** A pause that was requested and not yet resumed. */
export interface Pause {
  /** PAUSING until the invocation in flight ends or its next checkpoint. */
  state: 'REQUESTED' | 'PAUSING' | 'PAUSED';
  readonly request: PauseRequest;
  /** The execution's time when it became paused (ms). */
  since?: number;
  /** Time until the execution's timeout, which has stopped (ms). */
  remainingMs?: number;
  /** A request to end the pause that has not taken effect yet. */
  resume?: ResumeRequest;
}

export interface OperationUpdate {
  readonly Id: string;
  readonly ParentId?: string;
  readonly Name?: string;
  readonly Type: string;
  readonly SubType?: string;
  readonly Action: string;
  readonly Payload?: string;
  readonly Error?: ErrorObject;
  readonly ContextOptions?: { readonly ReplayChildren?: boolean };
  readonly StepOptions?: { readonly NextAttemptDelaySeconds?: number };
  readonly WaitOptions?: { readonly WaitSeconds?: number };
  readonly CallbackOptions?: {
    readonly TimeoutSeconds?: number;
    readonly HeartbeatTimeoutSeconds?: number;
  };
  readonly ChainedInvokeOptions?: {
    readonly FunctionName?: string;
    readonly TenantId?: string;
    readonly XAmznTraceId?: string;
  };
}

export interface Operation {
  readonly id: string;
  readonly parent?: string;
  readonly name?: string;
  readonly type: string;
  readonly subType?: string;
  status: string;
  readonly started: number;
  ended?: number;
  attempt?: number;
  /** Length of a wait, or timeout of a callback (seconds). */
  readonly duration?: number;
  /** Heartbeat timeout of a callback (seconds). */
  readonly heartbeat?: number;
  callbackId?: string;
  /** Function of a chained invocation: as named by the caller, and as resolved. */
  target?: {
    readonly functionName: string;
    readonly tenantId?: string;
    readonly traceHeader?: string;
    readonly version?: string;
    readonly executionArn?: string;
  };
  /** Input of a chained invocation. */
  input?: string;
  /** Result of a chained invocation that its caller has not received yet. */
  arrival?: ExecutionOutcome & {
    readonly status: Exclude<ExecutionStatus, 'RUNNING' | 'DELETING'>;
  };
  result?: string;
  error?: ErrorObject;
  replayChildren?: boolean;
}

export interface HistoryEvent {
  readonly EventType: string;
  readonly EventTimestamp: number;
  readonly [member: string]: unknown;
}

/** The invocation in flight of an execution; there is at most one. */
export interface Invocation {
  readonly id: string;
  readonly started: number;
  sequence: number;
  clientToken?: string;
  response?: string;
  /** True after a checkpoint whose response had no token, because the execution was pausing. */
  isTokenWithheld?: boolean;
}

export interface Execution {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly functionName: string;
  readonly version: string;
  readonly input?: string;
  readonly tenantId?: string;
  /** X-Ray trace header of the caller. */
  readonly traceHeader?: string;
  /** Operation of the execution that called this execution. */
  readonly caller?: { readonly execution: string; readonly operation: string };
  /** True if it was started by an Event invocation: no caller waits for it. */
  readonly asynchronous?: boolean;
  /** True if a handler waits for it and occupies an environment meanwhile. */
  readonly nested?: boolean;
  readonly started: number;
  readonly timeout: number;
  /** Days that it is retained after its end. */
  readonly retentionDays: number;
  status: ExecutionStatus;
  ended?: number;
  result?: string;
  error?: ErrorObject;
  failures: number;
  /** Consecutive invocations that ended PENDING with nothing pending. */
  emptyInvocations?: number;
  events: number;
  /** Size of all inputs, results and errors in its history (bytes). */
  storedBytes: number;
  invocation?: Invocation;
  readonly operations: Map<string, Operation>;
  /** Operations that changed since the handler last received the state. */
  readonly updatedOperationIds: Set<string>;
  /** Outcome recorded by a checkpoint. It takes effect at the end of the invocation in flight. */
  closing?: ExecutionOutcome;
  pause?: Pause;
  /** The last request to resume, which a client may repeat. */
  resumed?: ResumeRequest;
  /** Time that earlier pauses have added to the timeout (ms). */
  pausedMs?: number;
  /** True if the handler has to be invoked as soon as the execution is not paused. */
  owesInvocation?: boolean;
}

/** Terminal status of an execution, with its result or error. */
export interface ExecutionOutcome {
  readonly status: ExecutionStatus;
  readonly result?: string;
  readonly error?: ErrorObject;
}
