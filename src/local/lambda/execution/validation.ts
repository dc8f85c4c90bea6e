import { invalidParameter } from '../errors.ts';
import type { Execution, Operation, OperationUpdate } from './model.ts';

const actions: Readonly<Record<string, readonly string[]>> = {
  EXECUTION: ['SUCCEED', 'FAIL'],
  CONTEXT: ['START', 'SUCCEED', 'FAIL'],
  STEP: ['START', 'SUCCEED', 'FAIL', 'RETRY'],
  WAIT: ['START', 'CANCEL'],
  CALLBACK: ['START'],
  CHAINED_INVOKE: ['START'],
};

/** Maximum size of the payload or error of one operation (bytes). */
export const maxPayloadBytes = 1024 * 1024;
/** Maximum size of the result of an execution that was started synchronously (bytes). */
const maxSynchronousResultBytes = 6 * 1024 * 1024;
/** Maximum length of a wait, a delay or a timeout: 366 days (seconds). */
const maxSeconds = 31_622_400;
const terminalStatuses = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'TIMED_OUT', 'STOPPED']);

/** Returns the maximum size of an execution's result (bytes): smaller if no caller waits for it in the same request. */
export function maxResultBytes({
  asynchronous,
  caller,
}: Pick<Execution, 'asynchronous' | 'caller'>): number {
  return asynchronous || caller ? maxPayloadBytes : maxSynchronousResultBytes;
}

/** Maximum timeout and heartbeat timeout of a callback (seconds). */
const maxCallbackSeconds = 99_999_999;

/** Returns whether an operation has ended. */
export function hasEnded({ status }: Operation): boolean {
  return terminalStatuses.has(status);
}

/** Checks the rules for an update that do not depend on the state. Throws InvalidParameterValueException. */
export function checkShape(update: OperationUpdate, maxExecutionBytes: number): void {
  const { Id, Type, Action, Name, SubType } = update;
  const allowed = actions[Type];
  if (!allowed) throw invalidParameter('Unknown operation type.');
  if (!allowed.includes(Action)) {
    throw invalidParameter('Invalid action for the given operation type.');
  }
  if (typeof Id !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(Id)) {
    throw invalidParameter('Invalid operation id.');
  }
  if (Name !== undefined && !/^[\x20-\x7e]{1,256}$/.test(Name)) {
    throw invalidParameter('Invalid operation name.');
  }
  if (SubType !== undefined && !/^[A-Za-z0-9_-]{1,32}$/.test(SubType)) {
    throw invalidParameter('Invalid operation subtype.');
  }
  checkData(update);
  checkDataSize(update, maxExecutionBytes);
  checkOptions(update);
}

function checkData({ Action, Payload, Error: error }: OperationUpdate): void {
  if (Action === 'FAIL' && Payload !== undefined) {
    throw invalidParameter('Cannot provide a Payload for FAIL action.');
  }
  if (Action === 'SUCCEED' && error) {
    throw invalidParameter('Cannot provide an Error for SUCCEED action.');
  }
  if (Action === 'RETRY' && error && Payload !== undefined) {
    throw invalidParameter('Cannot provide both error and payload to RETRY a STEP.');
  }
}

function checkDataSize(
  { Type, Payload, Error: error }: OperationUpdate,
  maxExecutionBytes: number,
): void {
  const maxBytes = Type === 'EXECUTION' ? maxExecutionBytes : maxPayloadBytes;
  if (Payload && Buffer.byteLength(Payload) > maxBytes) {
    const what = Type === 'CHAINED_INVOKE' ? 'CHAINED_INVOKE input' : Type;
    throw invalidParameter(`${what} payload size must be less than or equal to ${maxBytes} bytes.`);
  }
  if (error && Buffer.byteLength(JSON.stringify(error)) >= maxPayloadBytes) {
    throw invalidParameter(`Error object size must be less than ${maxPayloadBytes} bytes.`);
  }
}

function checkOptions(update: OperationUpdate): void {
  checkStepOptions(update);
  if (update.Action === 'START') checkStartOptions(update);
}

function checkStepOptions({ Action, StepOptions }: OperationUpdate): void {
  const isRetry = Action === 'RETRY';
  const hasDelay = StepOptions !== undefined;
  if (isRetry !== hasDelay || (hasDelay && !isSeconds(StepOptions.NextAttemptDelaySeconds, 1))) {
    throw invalidParameter('Invalid StepOptions for the given action.');
  }
}

function checkStartOptions(update: OperationUpdate): void {
  const { Type, WaitOptions, CallbackOptions, ChainedInvokeOptions } = update;
  if (Type === 'WAIT' && !isSeconds(WaitOptions?.WaitSeconds, 1)) {
    throw invalidParameter('Update for WAIT operation requires WaitOptions.');
  }
  if (Type === 'CHAINED_INVOKE' && !ChainedInvokeOptions?.FunctionName) {
    throw invalidParameter('Update for CHAINED_INVOKE operation requires ChainedInvokeOptions.');
  }
  const { TimeoutSeconds = 0, HeartbeatTimeoutSeconds = 0 } = CallbackOptions ?? {};
  const isValid = (seconds: number) => isSeconds(seconds, 0, maxCallbackSeconds);
  if (!isValid(TimeoutSeconds) || !isValid(HeartbeatTimeoutSeconds)) {
    throw invalidParameter('Invalid CallbackOptions for the given action.');
  }
}

function isSeconds(seconds: number | undefined, min: number, max = maxSeconds): boolean {
  return Number.isInteger(seconds) && Number(seconds) >= min && Number(seconds) <= max;
}

/** Checks whether the current state of an operation allows an update. Throws InvalidParameterValueException. */
export function checkTransition(
  update: OperationUpdate,
  current: Operation | undefined,
  parent: Operation | undefined,
): void {
  if (update.ParentId !== undefined && parent?.type !== 'CONTEXT') {
    throw invalidParameter('Invalid parent operation id.');
  }
  if (current) checkSame(update, current);
  if (update.Type === 'STEP') checkStepTransition(update.Action, current?.status);
  else if (update.Action === 'START') checkStart(update.Type, current);
  else if (update.Type === 'WAIT') checkCancelWait(current);
  else if (current && hasEnded(current)) {
    throw invalidParameter('Invalid current CONTEXT state to close.');
  }
}

function checkSame(update: OperationUpdate, current: Operation): void {
  if (update.Type !== current.type) throw invalidParameter('Inconsistent operation type.');
  if (update.SubType !== current.subType) throw invalidParameter('Inconsistent operation subtype.');
  if (update.Name !== current.name) throw invalidParameter('Inconsistent operation name.');
  if (update.ParentId !== current.parent) {
    throw invalidParameter('Inconsistent parent operation id.');
  }
}

/** Verb for each action in the error message of a step. */
const stepVerbs: Readonly<Record<string, string>> = { START: 'start', RETRY: 're-attempt' };

function checkStepTransition(action: string, status: string | undefined): void {
  const allowed = action === 'START' ? ['READY'] : ['STARTED', 'READY'];
  if (status === undefined || allowed.includes(status)) return;
  throw invalidParameter(`Invalid current STEP state to ${stepVerbs[action] ?? 'close'}.`);
}

function checkStart(type: string, current: Operation | undefined): void {
  if (current) throw invalidParameter(`Cannot start a ${type} that already exist.`);
}

function checkCancelWait(current: Operation | undefined): void {
  if (current?.status === 'STARTED') return;
  throw invalidParameter('Cannot cancel a WAIT that does not exist or has already completed.');
}
