import { invalidParameter } from '../errors.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { createCallbackId } from './callback-id.ts';
import { type ChainedCall, prepareCall, startedDetails } from './chained-invoke.ts';
import type { EngineContext } from './engine-context.ts';
import { operationEvent, toErrorDetails, toResultDetails } from './history.ts';
import type { Execution, HistoryEvent, Operation, OperationUpdate } from './model.ts';
import { checkShape, checkTransition, maxResultBytes } from './validation.ts';

/** Changes of a batch of updates. They are applied only if the whole batch is valid. */
export interface Draft {
  readonly operations: Map<string, Operation>;
  /** Delay of each new timer by the operation that it belongs to (ms). */
  readonly delays: Map<string, number>;
  readonly events: HistoryEvent[];
  /** Functions to invoke once the batch is on disk. */
  readonly calls: ChainedCall[];
  /** Outcome of the execution, if the batch ends it. */
  closing?: Execution['closing'];
}

interface UpdateDeps {
  /** Speed of virtual time. */
  readonly speed: number;
  readonly functions: FunctionRegistry;
  readonly roles: EngineContext['roles'];
}

/** Validates a batch and returns its changes. Throws InvalidParameterValueException for the first invalid update. */
export function draftUpdates(
  execution: Execution,
  updates: readonly OperationUpdate[],
  deps: UpdateDeps,
): Draft {
  const draft: Draft = { operations: new Map(), delays: new Map(), events: [], calls: [] };
  const seen = new Map<string, string>();
  for (const [index, update] of updates.entries()) {
    checkShape(update, maxResultBytes(execution));
    if (update.Type === 'EXECUTION') {
      checkExecutionUpdate(updates, index);
      draft.closing = toExecutionOutcome(update);
      continue;
    }
    checkRepeatedUpdate(update, seen.get(update.Id));
    seen.set(update.Id, update.Action);
    const { ParentId = '', Id } = update;
    const current = draft.operations.get(Id) ?? execution.operations.get(Id);
    const parent = draft.operations.get(ParentId) ?? execution.operations.get(ParentId);
    checkTransition(update, current, parent);
    applyUpdate(draft, { execution, update, current }, deps);
  }
  return draft;
}

/** Allows one EXECUTION update, at the end of the batch. */
function checkExecutionUpdate(updates: readonly OperationUpdate[], index: number): void {
  if (updates.filter(({ Type }) => Type === 'EXECUTION').length > 1) {
    throw invalidParameter('Cannot checkpoint multiple EXECUTION updates.');
  }
  if (index < updates.length - 1) {
    throw invalidParameter('EXECUTION checkpoint must be the last update.');
  }
}

/** Allows a second update in a batch only for a step or a context that starts and ends in it. */
function checkRepeatedUpdate(
  { Type, Action }: OperationUpdate,
  previousAction: string | undefined,
): void {
  if (previousAction === undefined) return;
  const mayEnd = Type === 'STEP' || Type === 'CONTEXT';
  if (mayEnd && previousAction === 'START' && Action !== 'START') return;
  throw invalidParameter('Cannot update the same operation twice in a single request.');
}

function toExecutionOutcome(update: OperationUpdate): NonNullable<Execution['closing']> {
  if (update.Action === 'FAIL') return { status: 'FAILED', error: update.Error ?? {} };
  return {
    status: 'SUCCEEDED',
    ...(update.Payload === undefined ? {} : { result: update.Payload }),
  };
}

/** An update, with the operation before it. */
interface UpdateOfOperation {
  readonly execution: Execution;
  readonly update: OperationUpdate;
  readonly current: Operation | undefined;
}

function applyUpdate(
  draft: Draft,
  { execution, update, current }: UpdateOfOperation,
  deps: UpdateDeps,
): void {
  const { Type, Action } = update;
  const isStart = Action === 'START';
  const operation = isStart
    ? startOperation(update, current)
    : advanceOperation(update, current ?? startOperation(update));
  if (isStart && Type === 'CALLBACK') {
    operation.callbackId = createCallbackId(execution.id, operation.id);
  }
  if (isStart && Type === 'CHAINED_INVOKE') {
    draft.calls.push(prepareCall(execution, { operation, update }, deps));
  }
  const delay = findDelay(update, operation);
  if (delay !== undefined) draft.delays.set(update.Id, delay);
  draft.operations.set(update.Id, operation);
  draft.events.push(operationEvent(operation, describeEvent(update, operation, deps)));
}

function startOperation(update: OperationUpdate, current?: Operation): Operation {
  if (current) return { ...current, status: 'STARTED' };
  const { Id, Type, ParentId, Name, SubType, WaitOptions, CallbackOptions } = update;
  const duration = WaitOptions?.WaitSeconds ?? CallbackOptions?.TimeoutSeconds;
  const heartbeat = CallbackOptions?.HeartbeatTimeoutSeconds;
  return {
    id: Id,
    type: Type,
    status: 'STARTED',
    started: Date.now(),
    ...(ParentId === undefined ? {} : { parent: ParentId }),
    ...(Name === undefined ? {} : { name: Name }),
    ...(SubType === undefined ? {} : { subType: SubType }),
    ...(duration ? { duration } : {}),
    ...(heartbeat ? { heartbeat } : {}),
  };
}

const terminalStatuses: Readonly<Record<string, string>> = {
  SUCCEED: 'SUCCEEDED',
  FAIL: 'FAILED',
  CANCEL: 'CANCELLED',
};

function advanceOperation(update: OperationUpdate, current: Operation): Operation {
  const { Action, Payload, Error: error, ContextOptions } = update;
  const operation = { ...current };
  if (operation.type === 'STEP') operation.attempt = (operation.attempt ?? 0) + 1;
  if (Payload !== undefined) operation.result = Payload;
  if (error) operation.error = error;
  if (Action === 'RETRY') {
    operation.status = 'PENDING';
    return operation;
  }
  if (ContextOptions?.ReplayChildren) operation.replayChildren = true;
  if (Action === 'SUCCEED') delete operation.error;
  operation.status = terminalStatuses[Action] ?? 'FAILED';
  operation.ended = Date.now();
  return operation;
}

/** Returns after which delay a wait ends, a retry is due or a callback times out (ms); undefined for other updates. */
function findDelay(update: OperationUpdate, { status, duration }: Operation): number | undefined {
  if (update.Action === 'RETRY') return (update.StepOptions?.NextAttemptDelaySeconds ?? 0) * 1000;
  return status === 'STARTED' && duration ? duration * 1000 : undefined;
}

const eventSuffixes: Readonly<Record<string, string>> = {
  START: 'Started',
  SUCCEED: 'Succeeded',
  FAIL: 'Failed',
  CANCEL: 'Cancelled',
};

const eventPrefixes: Readonly<Record<string, string>> = {
  CONTEXT: 'Context',
  STEP: 'Step',
  WAIT: 'Wait',
  CALLBACK: 'Callback',
  CHAINED_INVOKE: 'ChainedInvoke',
};

/** Returns the type and the details of the history event for an update. */
function describeEvent(update: OperationUpdate, operation: Operation, { speed }: UpdateDeps) {
  const { Action, Type, Payload, Error: error } = update;
  const suffix = eventSuffix(update);
  const type = `${eventPrefixes[Type]}${suffix}`;
  if (Action === 'START') return { type, details: toStartDetails(operation, speed) };
  const details = {
    ...(suffix === 'Succeeded' ? { Result: toResultDetails(Payload) } : {}),
    ...(suffix === 'Failed' ? { Error: toErrorDetails(error) } : {}),
    ...(Type === 'STEP' ? { RetryDetails: toRetryDetails(update, operation) } : {}),
  };
  return { type, details };
}

/** A retry is recorded as a success if it has no error: a polled condition that is not met yet. */
function eventSuffix({ Action, Error: error }: OperationUpdate): string | undefined {
  if (Action !== 'RETRY') return eventSuffixes[Action];
  return error ? 'Failed' : 'Succeeded';
}

function toRetryDetails({ StepOptions }: OperationUpdate, { attempt }: Operation) {
  const delay = StepOptions?.NextAttemptDelaySeconds;
  return {
    CurrentAttempt: attempt,
    ...(delay === undefined ? {} : { NextAttemptDelaySeconds: delay }),
  };
}

function toStartDetails(operation: Operation, speed: number): Record<string, unknown> {
  const { type, duration, heartbeat, callbackId } = operation;
  if (type === 'WAIT') {
    // The wall time at which the wait ends if the execution is suspended meanwhile.
    const end = operation.started + ((duration ?? 0) * 1000) / speed;
    return { Duration: duration, ScheduledEndTimestamp: end / 1000 };
  }
  if (type === 'CALLBACK') {
    return {
      CallbackId: callbackId,
      ...(duration ? { Timeout: duration } : {}),
      ...(heartbeat ? { HeartbeatTimeout: heartbeat } : {}),
    };
  }
  return type === 'CHAINED_INVOKE' ? startedDetails(operation) : {};
}
