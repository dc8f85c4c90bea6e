import type { Clock } from '../../clock.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { callbackIdOf } from './callback-id.ts';
import { type Call, prepareCall, startedDetails } from './chained-invoke.ts';
import { errorOf, operationEvent, resultOf } from './history.ts';
import type { Execution, HistoryEvent, Operation, OperationUpdate } from './model.ts';
import { checkShape, checkTransition, invalid } from './validation.ts';

/** Lambda's hard limit (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const mostOperations = 3000;

/** What a batch of updates does, worked out before anything is changed. */
export interface Draft {
  readonly operations: Map<string, Operation>;
  readonly events: HistoryEvent[];
  /** Functions that are to be called once the batch is on disk. */
  readonly calls: Call[];
  closing?: Execution['closing'];
}

interface Around {
  readonly clock: Clock;
  readonly functions: FunctionRegistry;
}

/** Validates a batch and answers what it changes; throws InvalidParameterValueException for the first bad update. */
export function draftUpdates(
  execution: Execution,
  updates: readonly OperationUpdate[],
  around: Around,
): Draft {
  const draft: Draft = { operations: new Map(), events: [], calls: [] };
  const seen = new Map<string, string>();
  for (const [index, update] of updates.entries()) {
    checkShape(update);
    if (update.Type === 'EXECUTION') {
      if (updates.filter((each) => each.Type === 'EXECUTION').length > 1) {
        throw invalid('Cannot checkpoint multiple EXECUTION updates.');
      }
      if (index < updates.length - 1) {
        throw invalid('EXECUTION checkpoint must be the last update.');
      }
      draft.closing = closing(update);
      continue;
    }
    checkRepeat(update, seen.get(update.Id));
    seen.set(update.Id, update.Action);
    const { ParentId = '', Id } = update;
    const current = draft.operations.get(Id) ?? execution.operations.get(Id);
    const parent = draft.operations.get(ParentId) ?? execution.operations.get(ParentId);
    checkTransition(update, current, parent);
    change(draft, { execution, update, current }, around);
  }
  const added = [...draft.operations.keys()].filter((id) => !execution.operations.has(id));
  // The EXECUTION operation counts as well.
  if (execution.operations.size + added.length + 1 > mostOperations) {
    throw invalid(`An execution may have at most ${mostOperations} operations.`);
  }
  return draft;
}

/** A step or a context may begin and end in one batch; nothing else is updated twice in it. */
function checkRepeat({ Type, Action }: OperationUpdate, before: string | undefined): void {
  if (before === undefined) return;
  const both = Type === 'STEP' || Type === 'CONTEXT';
  if (both && before === 'START' && Action !== 'START') return;
  throw invalid('Cannot update the same operation twice in a single request.');
}

function closing(update: OperationUpdate): NonNullable<Execution['closing']> {
  if (update.Action === 'FAIL') return { status: 'FAILED', error: update.Error ?? {} };
  return {
    status: 'SUCCEEDED',
    ...(update.Payload === undefined ? {} : { result: update.Payload }),
  };
}

interface Change {
  readonly execution: Execution;
  readonly update: OperationUpdate;
  readonly current: Operation | undefined;
}

function change(draft: Draft, { execution, update, current }: Change, around: Around): void {
  const { Type, Action } = update;
  const operation =
    Action === 'START' ? started(update, current) : advanced(update, current ?? started(update));
  if (Action === 'START') {
    if (Type === 'CALLBACK') operation.callbackId = callbackIdOf(execution.id, operation.id);
    if (Type === 'CHAINED_INVOKE') {
      draft.calls.push(prepareCall(execution, { operation, update }, around.functions));
    }
  }
  const due = dueOf(update, operation, around.clock);
  if (due === undefined) delete operation.due;
  else operation.due = due;
  draft.operations.set(update.Id, operation);
  draft.events.push(operationEvent(operation, eventOf(update, operation, around.clock)));
}

function started(update: OperationUpdate, current?: Operation): Operation {
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

const ends: Readonly<Record<string, string>> = {
  SUCCEED: 'SUCCEEDED',
  FAIL: 'FAILED',
  CANCEL: 'CANCELLED',
};

function advanced(update: OperationUpdate, current: Operation): Operation {
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
  operation.status = ends[Action] ?? 'FAILED';
  operation.ended = Date.now();
  return operation;
}

/** When the operation goes on by itself, in virtual time: its wait is over, or it has waited for too long. */
function dueOf(update: OperationUpdate, operation: Operation, clock: Clock): number | undefined {
  if (update.Action === 'RETRY') {
    return clock.now() + (update.StepOptions?.NextAttemptDelaySeconds ?? 0) * 1000;
  }
  const { status, duration } = operation;
  return status === 'STARTED' && duration ? clock.now() + duration * 1000 : undefined;
}

const suffixes: Readonly<Record<string, string>> = {
  START: 'Started',
  SUCCEED: 'Succeeded',
  FAIL: 'Failed',
  CANCEL: 'Cancelled',
};

const kinds: Readonly<Record<string, string>> = {
  CONTEXT: 'Context',
  STEP: 'Step',
  WAIT: 'Wait',
  CALLBACK: 'Callback',
  CHAINED_INVOKE: 'ChainedInvoke',
};

function eventOf(update: OperationUpdate, operation: Operation, clock: Clock) {
  const { Action, Type, Payload, Error: error, StepOptions } = update;
  const suffix = Action === 'RETRY' ? (error ? 'Failed' : 'Succeeded') : suffixes[Action];
  const details: Record<string, unknown> = Action === 'START' ? startDetails(operation, clock) : {};
  if (suffix === 'Succeeded') details['Result'] = resultOf(Payload);
  if (suffix === 'Failed') details['Error'] = errorOf(error);
  if (Type === 'STEP' && Action !== 'START') {
    const delay = StepOptions?.NextAttemptDelaySeconds;
    details['RetryDetails'] = {
      CurrentAttempt: operation.attempt,
      ...(delay === undefined ? {} : { NextAttemptDelaySeconds: delay }),
    };
  }
  return { type: `${kinds[Type]}${suffix}`, details };
}

function startDetails(operation: Operation, clock: Clock): Record<string, unknown> {
  const { type, duration, heartbeat, callbackId, due = 0 } = operation;
  if (type === 'WAIT') {
    return { Duration: duration, ScheduledEndTimestamp: clock.toWall(due) / 1000 };
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
