import {
  type DurableExecutionClient,
  type DurableExecutionHandler,
  type DurableExecutionInvocationInput,
  type OperationUpdate,
  type WireOperation,
  withDurableExecution,
} from '@aws/durable-execution-sdk-js';

/** An invocation of the function. A dead invocation has no more effects. */
export interface Invocation {
  readonly alive: boolean;
  /** Kills the environment, or ends the execution from outside. */
  cut(how: 'die' | 'end'): void;
}

/**
 * What happens after a checkpoint: the execution continues, the environment dies, or the execution is ended from outside.
 * `lost`: it happens before the checkpoint is accepted.
 */
export interface CheckpointDecision {
  readonly lost?: boolean;
  readonly next: 'continue' | 'die' | 'end';
}

export interface CallbackResult {
  readonly Status: 'SUCCEEDED' | 'TIMED_OUT';
  readonly Result?: string;
}

interface Options {
  readonly arn: string;
  readonly event: unknown;
  /** The result of all callbacks. */
  readonly callbackResult?: CallbackResult;
  /** Called at every checkpoint with updates. */
  readonly decide?: (
    updates: readonly OperationUpdate[],
  ) => CheckpointDecision | Promise<CheckpointDecision>;
}

export const continues: CheckpointDecision = { next: 'continue' };
export const dies: CheckpointDecision = { next: 'die' };

interface ExecutionResult {
  /** `ENDED`: ended from outside. */
  readonly status: string;
  readonly result: unknown;
  readonly error: string | undefined;
  readonly invocations: number;
  readonly names: readonly (string | undefined)[];
}

const never = () => new Promise<never>(() => undefined);

/** Runs one durable execution in memory. Replays it in a new invocation whenever an invocation ends or dies. */
export async function execute(
  createHandler: (invocation: Invocation) => DurableExecutionHandler<unknown>,
  { arn, event, decide = () => continues, callbackResult }: Options,
): Promise<ExecutionResult> {
  const operations = new Map<string, WireOperation>([['execution', executionOperation(event)]]);
  for (let invocations = 1; invocations <= 200; invocations += 1) {
    completeWaits(operations);
    const over = Promise.withResolvers<'die' | 'end'>();
    const invocation = {
      alive: true,
      cut(how: 'die' | 'end') {
        invocation.alive = false;
        over.resolve(how);
      },
    };
    const client: DurableExecutionClient = {
      getExecutionState: async () => ({ Operations: [...operations.values()] }),
      async checkpoint({ Updates = [] }) {
        if (!invocation.alive) return never();
        const { lost = false, next } = Updates.length > 0 ? await decide(Updates) : continues;
        if (!lost) for (const update of Updates) apply(operations, update);
        if (next !== 'continue') {
          invocation.cut(next);
          return never();
        }
        return {
          CheckpointToken: 'next',
          NewExecutionState: { Operations: [...operations.values()] },
        };
      },
    };
    const handler = withDurableExecution(createHandler(invocation), {
      durableExecutionClient: client,
    });
    const input: DurableExecutionInvocationInput = {
      DurableExecutionArn: arn,
      CheckpointToken: 'first',
      InitialExecutionState: { Operations: [...operations.values()] },
    };
    const output = await Promise.race([handler(input, lambdaContext()), over.promise]);
    const names = () => [...operations.values()].slice(1).map((operation) => operation.Name);
    if (output === 'end') {
      return { status: 'ENDED', result: undefined, error: undefined, invocations, names: names() };
    }
    if (output === 'die') continue;
    if (output.Status === 'PENDING') {
      if (callbackResult) completeCallbacks(operations, callbackResult);
      continue;
    }
    const failed = output.Status === 'FAILED' ? output.Error?.ErrorMessage : undefined;
    const result = output.Status === 'SUCCEEDED' ? JSON.parse(output.Result ?? 'null') : undefined;
    return { status: output.Status, result, error: failed, invocations, names: names() };
  }
  throw new Error('The execution did not end');
}

function executionOperation(event: unknown): WireOperation {
  return {
    Id: 'execution',
    Type: 'EXECUTION',
    Status: 'STARTED',
    StartTimestamp: new Date(),
    ExecutionDetails: { InputPayload: JSON.stringify(event) },
  };
}

function apply(operations: Map<string, WireOperation>, update: OperationUpdate): void {
  const id = update.Id ?? '';
  const before = operations.get(id);
  const attempt = before?.StepDetails?.Attempt ?? 0;
  const status = { START: 'STARTED', SUCCEED: 'SUCCEEDED', FAIL: 'FAILED', RETRY: 'PENDING' }[
    update.Action as 'START' | 'SUCCEED' | 'FAIL' | 'RETRY'
  ] as WireOperation['Status'];
  const later = new Date(Date.now() + 3_600_000);
  operations.set(id, {
    Id: id,
    Name: update.Name,
    Type: update.Type,
    SubType: update.SubType,
    StartTimestamp: before?.StartTimestamp ?? new Date(),
    Status: status,
    ...(update.Type === 'CALLBACK' && { CallbackDetails: { CallbackId: id } }),
    ...(update.Type === 'WAIT' && { WaitDetails: { ScheduledEndTimestamp: later } }),
    ...(update.Type === 'STEP' && {
      StepDetails: {
        Attempt: update.Action === 'RETRY' ? attempt + 1 : attempt,
        Result: update.Payload,
        Error: update.Error,
        NextAttemptTimestamp: later,
      },
    }),
  });
}

/** Ends every wait and every backoff. */
function completeWaits(operations: Map<string, WireOperation>): void {
  for (const [id, operation] of operations) {
    if (operation.Status === 'PENDING') operations.set(id, { ...operation, Status: 'READY' });
    if (operation.Type === 'WAIT' && operation.Status === 'STARTED') {
      operations.set(id, { ...operation, Status: 'SUCCEEDED' });
    }
  }
}

function completeCallbacks(
  operations: Map<string, WireOperation>,
  { Status, Result }: CallbackResult,
): void {
  for (const [id, operation] of operations) {
    if (operation.Type !== 'CALLBACK' || operation.Status !== 'STARTED') continue;
    operations.set(id, { ...operation, Status, CallbackDetails: { CallbackId: id, Result } });
  }
}

function lambdaContext() {
  return {
    awsRequestId: 'request',
    getRemainingTimeInMillis: () => 60_000,
  } as Parameters<ReturnType<typeof withDurableExecution>>[1];
}
