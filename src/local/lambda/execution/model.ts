/** What the service keeps of durable executions; times are wall clock (epoch ms) unless said otherwise. */
export interface ErrorObject {
  readonly ErrorMessage?: string;
  readonly ErrorType?: string;
  readonly ErrorData?: string;
  readonly StackTrace?: readonly string[];
}

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'STOPPED';

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
  readonly ChainedInvokeOptions?: { readonly FunctionName?: string; readonly TenantId?: string };
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
  /** Virtual time at which a wait ends, a step may be tried again or a callback times out. */
  due?: number;
  /** Seconds of a wait, or until a callback times out. */
  readonly duration?: number;
  /** Seconds within which a callback wants a heartbeat. */
  readonly heartbeat?: number;
  callbackId?: string;
  /** What a chained invocation calls: as named by its caller, and as resolved. */
  target?: {
    readonly functionName: string;
    readonly tenantId?: string;
    readonly version?: string;
    readonly executionArn?: string;
  };
  /** What a chained invocation was given. */
  input?: string;
  /** What a chained invocation came to, until its caller is told. */
  arrival?: Close & { readonly status: Exclude<ExecutionStatus, 'RUNNING'> };
  result?: string;
  error?: ErrorObject;
  replayChildren?: boolean;
}

export interface HistoryEvent {
  readonly EventType: string;
  readonly EventTimestamp: number;
  readonly [member: string]: unknown;
}

/** A running execution's invocation; at most one. */
export interface Invocation {
  readonly id: string;
  readonly started: number;
  sequence: number;
  clientToken?: string;
  response?: string;
}

export interface Execution {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly functionName: string;
  readonly version: string;
  readonly input?: string;
  readonly tenantId?: string;
  /** The chained invocation that this execution is. */
  readonly caller?: { readonly execution: string; readonly operation: string };
  /** Started by an Event invocation, which nobody waits for. */
  readonly asynchronous?: boolean;
  /** A handler waits for it, and keeps its environment meanwhile. */
  readonly nested?: boolean;
  readonly started: number;
  readonly timeout: number;
  /** How long it is kept once it has closed. */
  readonly retentionDays: number;
  status: ExecutionStatus;
  ended?: number;
  result?: string;
  error?: ErrorObject;
  failures: number;
  events: number;
  invocation?: Invocation;
  readonly operations: Map<string, Operation>;
  /** Changed since the handler was last told. */
  readonly untold: Set<string>;
  /** A checkpoint closed the execution while its invocation was in flight. */
  closing?: Close;
}

/** How an execution closes. */
export interface Close {
  readonly status: ExecutionStatus;
  readonly result?: string;
  readonly error?: ErrorObject;
}
