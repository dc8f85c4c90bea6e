import type { Clock } from '../../clock.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { errorOf, operationEvent, resultOf } from './history.ts';
import type { Execution, HistoryEvent, Operation, OperationUpdate } from './model.ts';

/** What a batch of updates does, worked out before anything is changed. */
export interface Draft {
  readonly operations: Map<string, Operation>;
  readonly events: HistoryEvent[];
  closing?: Execution['closing'];
}

const actions: Readonly<Record<string, readonly string[]>> = {
  EXECUTION: ['SUCCEED', 'FAIL'],
  CONTEXT: ['START', 'SUCCEED', 'FAIL'],
  STEP: ['START', 'SUCCEED', 'FAIL', 'RETRY'],
  WAIT: ['START', 'CANCEL'],
};

const largestPayload = 1024 * 1024;
const finished = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'TIMED_OUT', 'STOPPED']);

/** Validates a batch and answers what it changes; throws InvalidParameterValueException for the first bad update. */
export function draftUpdates(
  execution: Execution,
  updates: readonly OperationUpdate[],
  clock: Clock,
): Draft {
  const draft: Draft = { operations: new Map(), events: [] };
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
    const before = seen.get(update.Id);
    if (before !== undefined && (before !== 'START' || update.Action === 'START')) {
      throw invalid('Cannot update the same operation twice in a single request.');
    }
    seen.set(update.Id, update.Action);
    const current = draft.operations.get(update.Id) ?? execution.operations.get(update.Id);
    checkParent(
      update,
      draft.operations.get(update.ParentId ?? '') ??
        execution.operations.get(update.ParentId ?? ''),
    );
    checkSame(update, current);
    checkState(update, current);
    const operation = apply(update, current, clock);
    draft.operations.set(update.Id, operation);
    draft.events.push(operationEvent(operation, eventOf(update, operation, clock)));
  }
  return draft;
}

function closing(update: OperationUpdate): NonNullable<Execution['closing']> {
  if (update.Action === 'FAIL') return { status: 'FAILED', error: update.Error ?? {} };
  return {
    status: 'SUCCEEDED',
    ...(update.Payload === undefined ? {} : { result: update.Payload }),
  };
}

function checkShape({
  Id,
  Type,
  Action,
  Payload,
  Error: error,
  StepOptions,
}: OperationUpdate): void {
  const allowed = actions[Type];
  if (!allowed) throw invalid('Unknown operation type.');
  if (!allowed.includes(Action)) throw invalid('Invalid action for the given operation type.');
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(Id)) throw invalid('Invalid operation id.');
  if (Action === 'FAIL' && Payload !== undefined) {
    throw invalid('Cannot provide a Payload for FAIL action.');
  }
  if (Action === 'SUCCEED' && error) throw invalid('Cannot provide an Error for SUCCEED action.');
  if (Type !== 'EXECUTION' && Payload && Buffer.byteLength(Payload) > largestPayload) {
    throw invalid(`${Type} payload size must be less than or equal to ${largestPayload} bytes.`);
  }
  if (error && Buffer.byteLength(JSON.stringify(error)) > largestPayload) {
    throw invalid(`Error object size must be less than ${largestPayload} bytes.`);
  }
  if (Type !== 'STEP') return;
  if ((Action === 'RETRY') !== (StepOptions?.NextAttemptDelaySeconds !== undefined)) {
    throw invalid('Invalid StepOptions for the given action.');
  }
  if (Action === 'RETRY' && error && Payload !== undefined) {
    throw invalid('Cannot provide both error and payload to RETRY a STEP.');
  }
}

function checkParent(update: OperationUpdate, parent: Operation | undefined): void {
  if (update.ParentId === undefined) return;
  if (parent?.type !== 'CONTEXT') throw invalid('Invalid parent operation id.');
}

function checkSame(update: OperationUpdate, current: Operation | undefined): void {
  if (!current) return;
  if (update.Type !== current.type) throw invalid('Inconsistent operation type.');
  if (update.SubType !== current.subType) throw invalid('Inconsistent operation subtype.');
  if (update.Name !== current.name) throw invalid('Inconsistent operation name.');
  if (update.ParentId !== current.parent) throw invalid('Inconsistent parent operation id.');
}

function checkState(update: OperationUpdate, current: Operation | undefined): void {
  const { Type, Action } = update;
  const status = current?.status;
  if (Type === 'STEP') {
    const from = Action === 'START' ? ['READY'] : ['STARTED', 'READY'];
    if (status === undefined || from.includes(status)) return;
    const what = Action === 'START' ? 'start' : Action === 'RETRY' ? 're-attempt' : 'close';
    throw invalid(`Invalid current STEP state to ${what}.`);
  }
  if (Action === 'START') {
    if (current) throw invalid(`Cannot start a ${Type} that already exist.`);
    if (Type === 'WAIT' && !((update.WaitOptions?.WaitSeconds ?? 0) >= 1)) {
      throw invalid('Update for WAIT operation requires WaitOptions.');
    }
    return;
  }
  if (Type === 'WAIT') {
    if (status === 'STARTED') return;
    throw invalid('Cannot cancel a WAIT that does not exist or has already completed.');
  }
  if (status && finished.has(status)) throw invalid('Invalid current CONTEXT state to close.');
}

function apply(update: OperationUpdate, current: Operation | undefined, clock: Clock): Operation {
  const now = Date.now();
  const operation: Operation = current
    ? { ...current }
    : {
        id: update.Id,
        type: update.Type,
        status: 'STARTED',
        started: now,
        ...(update.ParentId === undefined ? {} : { parent: update.ParentId }),
        ...(update.Name === undefined ? {} : { name: update.Name }),
        ...(update.SubType === undefined ? {} : { subType: update.SubType }),
        ...(update.WaitOptions?.WaitSeconds ? { duration: update.WaitOptions.WaitSeconds } : {}),
      };
  if (update.Action === 'START') {
    operation.status = 'STARTED';
    if (operation.duration) operation.due = clock.now() + operation.duration * 1000;
    return operation;
  }
  if (operation.type === 'STEP') operation.attempt = (operation.attempt ?? 0) + 1;
  if (update.Payload !== undefined) operation.result = update.Payload;
  if (update.Error) operation.error = update.Error;
  if (update.Action === 'RETRY') {
    operation.status = 'PENDING';
    operation.due = clock.now() + (update.StepOptions?.NextAttemptDelaySeconds ?? 0) * 1000;
    return operation;
  }
  if (update.ContextOptions?.ReplayChildren) operation.replayChildren = true;
  if (update.Action === 'SUCCEED') delete operation.error;
  operation.status =
    { SUCCEED: 'SUCCEEDED', FAIL: 'FAILED', CANCEL: 'CANCELLED' }[update.Action] ?? 'FAILED';
  operation.ended = now;
  delete operation.due;
  return operation;
}

const suffixes: Readonly<Record<string, string>> = {
  START: 'Started',
  SUCCEED: 'Succeeded',
  FAIL: 'Failed',
  CANCEL: 'Cancelled',
};

function eventOf(update: OperationUpdate, operation: Operation, clock: Clock) {
  const { Action, Type, Payload, Error: error, StepOptions } = update;
  const kind = { CONTEXT: 'Context', STEP: 'Step', WAIT: 'Wait' }[Type] ?? Type;
  const suffix = Action === 'RETRY' ? (error ? 'Failed' : 'Succeeded') : suffixes[Action];
  const details: Record<string, unknown> = {};
  if (Action === 'START' && Type === 'WAIT') {
    details['Duration'] = operation.duration;
    details['ScheduledEndTimestamp'] = clock.toWall(operation.due ?? 0) / 1000;
  }
  if (suffix === 'Succeeded') details['Result'] = resultOf(Payload);
  if (suffix === 'Failed') details['Error'] = errorOf(error);
  if (Type === 'STEP' && Action !== 'START') {
    const delay = StepOptions?.NextAttemptDelaySeconds;
    details['RetryDetails'] = {
      CurrentAttempt: operation.attempt,
      ...(delay === undefined ? {} : { NextAttemptDelaySeconds: delay }),
    };
  }
  return { type: `${kind}${suffix}`, details };
}

/** The answer to a request that breaks a rule. */
export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
