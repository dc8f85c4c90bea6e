import type { EngineContext } from './engine-context.ts';
import type { Execution, Operation } from './model.ts';

/**
 * Where an operation is sent. Timestamps are epoch seconds in API responses, and whole epoch milliseconds in the invocation event: the
 * only form that the SDKs of all languages read.
 */
type Destination = 'api' | 'event';

function formatTime(ms: number, destination: Destination): number {
  return destination === 'api' ? ms / 1000 : Math.round(ms);
}

/** Returns operations of an execution as the handler's SDK reads them. */
export function toWireOperations(
  { timers, times }: Pick<EngineContext, 'timers' | 'times'>,
  { id }: Execution,
  { operations, form }: { operations: readonly Operation[]; form: Destination },
): Record<string, unknown>[] {
  const isPending = ({ ended }: Operation) => ended === undefined;
  const dueTimes = operations.some(isPending) ? timers.dueTimes(id) : new Map<string, number>();
  return operations.map((operation) => {
    const due = isPending(operation) ? dueTimes.get(operation.id) : undefined;
    return toWireOperation(operation, form, due === undefined ? undefined : times.toWall(id, due));
  });
}

/** `dueMs`: wall time at which a wait ends or a retry is due (epoch ms). */
function toWireOperation(
  operation: Operation,
  destination: Destination,
  dueMs: number | undefined,
): Record<string, unknown> {
  const { ended } = operation;
  const dueTime = dueMs === undefined ? undefined : formatTime(dueMs, destination);
  return {
    Id: operation.id,
    ...(operation.parent === undefined ? {} : { ParentId: operation.parent }),
    ...(operation.name === undefined ? {} : { Name: operation.name }),
    Type: operation.type,
    ...(operation.subType === undefined ? {} : { SubType: operation.subType }),
    StartTimestamp: formatTime(operation.started, destination),
    ...(ended === undefined ? {} : { EndTimestamp: formatTime(ended, destination) }),
    Status: operation.status,
    ...toTypeDetails(operation, dueTime),
  };
}

/** Returns the member that only operations of this type have. */
function toTypeDetails(operation: Operation, dueTime: number | undefined): object {
  const { result, error, attempt, replayChildren, callbackId: CallbackId } = operation;
  const outcome = {
    ...(result === undefined ? {} : { Result: result }),
    ...(error ? { Error: error } : {}),
  };
  switch (operation.type) {
    case 'CONTEXT':
      return {
        ContextDetails: { ...(replayChildren ? { ReplayChildren: true } : {}), ...outcome },
      };
    case 'STEP':
      return {
        StepDetails: {
          ...(attempt ? { Attempt: attempt } : {}),
          ...(dueTime === undefined ? {} : { NextAttemptTimestamp: dueTime }),
          ...outcome,
        },
      };
    case 'WAIT':
      return { WaitDetails: dueTime === undefined ? {} : { ScheduledEndTimestamp: dueTime } };
    case 'CALLBACK':
      return { CallbackDetails: { CallbackId, ...outcome } };
    case 'CHAINED_INVOKE':
      return { ChainedInvokeDetails: outcome };
    default:
      return {};
  }
}

/** Returns the EXECUTION operation, which is always the first of the state. */
export function toExecutionOperation(execution: Execution, destination: Destination) {
  return {
    Id: execution.id,
    Type: 'EXECUTION',
    Name: execution.name,
    Status: 'STARTED',
    StartTimestamp: formatTime(execution.started, destination),
    ExecutionDetails: execution.input === undefined ? {} : { InputPayload: execution.input },
  };
}

/** Returns the operations that a replay needs: all but the children of ended contexts whose body does not run again. */
export function visibleOperations(execution: Execution): Operation[] {
  const hidden = new Set<string>();
  const visible: Operation[] = [];
  for (const operation of execution.operations.values()) {
    const parent = execution.operations.get(operation.parent ?? '');
    const closed = parent && parent.ended !== undefined && !parent.replayChildren;
    if (closed || (parent && hidden.has(parent.id))) hidden.add(operation.id);
    else visible.push(operation);
  }
  return visible;
}
