import type { EngineContext } from './engine-context.ts';
import type { ErrorObject, Execution, ExecutionOutcome, Operation } from './model.ts';
import { toExecutionOperation, toWireOperations, visibleOperations } from './wire-operations.ts';

/** Maximum size of the invocation event (bytes). The handler reads further operations with GetDurableExecutionState. */
const maxEventBytes = 5 * 1024 * 1024;

/** Returns the token of the next checkpoint. It can be used once: it contains the invocation and its number of checkpoints. */
export function createCheckpointToken({ id, invocation }: Execution): string {
  const text = `${id}:${invocation?.id}:${invocation?.sequence}`;
  return Buffer.from(text).toString('base64');
}

/** Returns the event of an invocation of a durable handler. */
export function invocationEvent(
  engine: Pick<EngineContext, 'timers' | 'times'>,
  execution: Execution,
): Record<string, unknown> {
  const visible = visibleOperations(execution);
  let size = execution.input?.length ?? 0;
  const tooLarge = visible.findIndex(({ result, error }) => {
    size += 400 + (result?.length ?? 0) + JSON.stringify(error ?? '').length;
    return size > maxEventBytes;
  });
  const included = tooLarge < 0 ? visible : visible.slice(0, tooLarge);
  const operations = toWireOperations(engine, execution, { operations: included, form: 'event' });
  return {
    DurableExecutionArn: execution.arn,
    CheckpointToken: createCheckpointToken(execution),
    UpdatedOperationIds: [...execution.updatedOperationIds],
    InitialExecutionState: {
      Operations: [toExecutionOperation(execution, 'event'), ...operations],
      NextMarker: tooLarge < 0 ? '' : String(tooLarge),
    },
  };
}

/** Types of operations that end without the handler. */
const external = new Set(['WAIT', 'CALLBACK', 'CHAINED_INVOKE']);

/**
 * Returns whether an execution has neither an operation that will wake it nor a change that its handler has not received. The
 * invocation after a withheld token is owed, and counts as such a change.
 */
export function hasNothingPending(execution: Execution): boolean {
  const { operations, updatedOperationIds, owesInvocation = false } = execution;
  const isPending = ({ type, status }: Operation) =>
    status === 'PENDING' || status === 'READY' || (status === 'STARTED' && external.has(type));
  return (
    updatedOperationIds.size === 0 && !owesInvocation && ![...operations.values()].some(isPending)
  );
}

/**
 * Parses the output of a durable handler: an outcome of the execution, or PENDING. A result over `maxBytes` fails the execution.
 */
export function parseInvocationOutput(
  payload: string,
  maxBytes: number,
): ExecutionOutcome | 'PENDING' {
  const output = parseObject(payload);
  const { Status, Result, Error: error } = output;
  if (Status === 'PENDING') return 'PENDING';
  if (Status === 'SUCCEEDED') {
    if (error) return invalidOutput('Cannot provide an Error for SUCCEEDED status.');
    if (typeof Result !== 'string') return { status: 'SUCCEEDED' };
    if (Buffer.byteLength(Result) <= maxBytes) return { status: 'SUCCEEDED', result: Result };
    return invalidOutput(
      `Execution output payload size must be less than or equal to ${maxBytes} bytes.`,
    );
  }
  if (Status !== 'FAILED') return invalidOutput('Invalid Status in invocation output.');
  if (Result) return invalidOutput('Cannot provide a Result for FAILED status.');
  return { status: 'FAILED', error: (error ?? {}) as ErrorObject };
}

function parseObject(payload: string): Record<string, unknown> {
  const value: unknown = JSON.parse(payload);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function invalidOutput(ErrorMessage: string): ExecutionOutcome {
  return {
    status: 'FAILED',
    error: { ErrorType: 'InvalidParameterValueException', ErrorMessage },
  };
}

/** Outcome of an execution whose handler returned PENDING without a pending operation. */
export const nothingPending: ExecutionOutcome = {
  status: 'FAILED',
  error: {
    ErrorType: 'InvalidParameterValueException',
    ErrorMessage: 'Cannot return PENDING status with no pending operations.',
  },
};
