import {
  type DurableExecutionClient,
  type DurableExecutionHandler,
  type DurableExecutionInvocationInput,
  type OperationUpdate,
  type WireOperation,
  withDurableExecution,
} from '@aws/durable-execution-sdk-js';

/** An invocation of the function: what the workflow does while it is dead never happens. */
export interface Invocation {
  readonly alive: boolean;
  /** The environment dies now, or the execution is ended from outside. */
  cut(how: 'die' | 'end'): void;
}

/**
 * What becomes of a checkpoint: it is accepted and all is well, or then the environment dies, or the execution is ended from
 * outside; `lost`: the same before it is accepted.
 */
export interface Fate {
  readonly lost?: boolean;
  readonly next: 'go on' | 'die' | 'end';
}

export interface Answer {
  readonly Status: 'SUCCEEDED' | 'TIMED_OUT';
  readonly Result?: string;
}

interface Options {
  readonly arn: string;
  readonly event: unknown;
  /** What the callbacks of an execution that waits for them are completed with. */
  readonly answer?: Answer;
  /** Asked at every checkpoint that holds something. */
  readonly fate?: (updates: readonly OperationUpdate[]) => Fate | Promise<Fate>;
}

export const goesOn: Fate = { next: 'go on' };
export const dies: Fate = { next: 'die' };

interface Ended {
  /** `ENDED`: from outside. */
  readonly status: string;
  readonly result: unknown;
  readonly error: string | undefined;
  readonly invocations: number;
  readonly names: readonly (string | undefined)[];
}

const never = () => new Promise<never>(() => undefined);

/** Runs one durable execution in memory to its end, replaying it in a new invocation whenever one ends or dies. */
export async function execute(
  handlerOf: (invocation: Invocation) => DurableExecutionHandler<unknown>,
  { arn, event, fate = () => goesOn, answer }: Options,
): Promise<Ended> {
  const operations = new Map<string, WireOperation>([['execution', executionOf(event)]]);
  for (let invocations = 1; invocations <= 200; invocations += 1) {
    letTimePass(operations);
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
        const { lost = false, next } = Updates.length > 0 ? await fate(Updates) : goesOn;
        if (!lost) for (const update of Updates) apply(operations, update);
        if (next !== 'go on') {
          invocation.cut(next);
          return never();
        }
        return {
          CheckpointToken: 'next',
          NewExecutionState: { Operations: [...operations.values()] },
        };
      },
    };
    const handler = withDurableExecution(handlerOf(invocation), { durableExecutionClient: client });
    const input: DurableExecutionInvocationInput = {
      DurableExecutionArn: arn,
      CheckpointToken: 'first',
      InitialExecutionState: { Operations: [...operations.values()] },
    };
    const output = await Promise.race([handler(input, lambdaContext()), over.promise]);
    const names = () => [...operations.values()].slice(1).map((each) => each.Name);
    if (output === 'end') {
      return { status: 'ENDED', result: undefined, error: undefined, invocations, names: names() };
    }
    if (output === 'die') continue;
    if (output.Status === 'PENDING') {
      if (answer) complete(operations, answer);
      continue;
    }
    const failed = output.Status === 'FAILED' ? output.Error?.ErrorMessage : undefined;
    const result = output.Status === 'SUCCEEDED' ? JSON.parse(output.Result ?? 'null') : undefined;
    return { status: output.Status, result, error: failed, invocations, names: names() };
  }
  throw new Error('The execution did not end');
}

function executionOf(event: unknown): WireOperation {
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

/** Between two invocations every wait and every backoff is over. */
function letTimePass(operations: Map<string, WireOperation>): void {
  for (const [id, each] of operations) {
    if (each.Status === 'PENDING') operations.set(id, { ...each, Status: 'READY' });
    if (each.Type === 'WAIT' && each.Status === 'STARTED') {
      operations.set(id, { ...each, Status: 'SUCCEEDED' });
    }
  }
}

function complete(operations: Map<string, WireOperation>, { Status, Result }: Answer): void {
  for (const [id, each] of operations) {
    if (each.Type !== 'CALLBACK' || each.Status !== 'STARTED') continue;
    operations.set(id, { ...each, Status, CallbackDetails: { CallbackId: id, Result } });
  }
}

function lambdaContext() {
  return {
    awsRequestId: 'request',
    getRemainingTimeInMillis: () => 60_000,
  } as Parameters<ReturnType<typeof withDurableExecution>>[1];
}
