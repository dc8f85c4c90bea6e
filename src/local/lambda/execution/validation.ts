import { AwsError } from '../../wire/aws-error.ts';
import type { Operation, OperationUpdate } from './model.ts';

const actions: Readonly<Record<string, readonly string[]>> = {
  EXECUTION: ['SUCCEED', 'FAIL'],
  CONTEXT: ['START', 'SUCCEED', 'FAIL'],
  STEP: ['START', 'SUCCEED', 'FAIL', 'RETRY'],
  WAIT: ['START', 'CANCEL'],
  CALLBACK: ['START'],
  CHAINED_INVOKE: ['START'],
};

/** Bytes of one operation's payload or error, and of what an execution is closed with. */
export const largestPayload = 1024 * 1024;
const largestResult = 6 * 1024 * 1024;
/** Seconds: 366 days. */
const longest = 31_622_400;
const finished = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'TIMED_OUT', 'STOPPED']);

/** The answer to a request that breaks a rule. */
export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}

/** Whether an operation has come to its end. */
export function hasEnded({ status }: Operation): boolean {
  return finished.has(status);
}

/** What an update may look like whatever the state; throws InvalidParameterValueException. */
export function checkShape(update: OperationUpdate): void {
  const { Id, Type, Action, Name, SubType } = update;
  const allowed = actions[Type];
  if (!allowed) throw invalid('Unknown operation type.');
  if (!allowed.includes(Action)) throw invalid('Invalid action for the given operation type.');
  if (typeof Id !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(Id)) {
    throw invalid('Invalid operation id.');
  }
  if (Name !== undefined && !/^[\x20-\x7e]{1,256}$/.test(Name)) {
    throw invalid('Invalid operation name.');
  }
  if (SubType !== undefined && !/^[A-Za-z0-9_-]{1,32}$/.test(SubType)) {
    throw invalid('Invalid operation subtype.');
  }
  checkData(update);
  checkOptions(update);
}

function checkData({ Type, Action, Payload, Error: error }: OperationUpdate): void {
  if (Action === 'FAIL' && Payload !== undefined) {
    throw invalid('Cannot provide a Payload for FAIL action.');
  }
  if (Action === 'SUCCEED' && error) throw invalid('Cannot provide an Error for SUCCEED action.');
  if (Action === 'RETRY' && error && Payload !== undefined) {
    throw invalid('Cannot provide both error and payload to RETRY a STEP.');
  }
  const largest = Type === 'EXECUTION' ? largestResult : largestPayload;
  if (Payload && Buffer.byteLength(Payload) > largest) {
    throw invalid(`${Type} payload size must be less than or equal to ${largest} bytes.`);
  }
  if (error && Buffer.byteLength(JSON.stringify(error)) >= largestPayload) {
    throw invalid(`Error object size must be less than ${largestPayload} bytes.`);
  }
}

function checkOptions(update: OperationUpdate): void {
  const { Type, Action, StepOptions, WaitOptions, CallbackOptions, ChainedInvokeOptions } = update;
  if ((Action === 'RETRY') !== (StepOptions !== undefined)) {
    throw invalid('Invalid StepOptions for the given action.');
  }
  if (StepOptions && !within(StepOptions.NextAttemptDelaySeconds, 1)) {
    throw invalid('Invalid StepOptions for the given action.');
  }
  if (Action !== 'START') return;
  if (Type === 'WAIT' && !within(WaitOptions?.WaitSeconds, 1)) {
    throw invalid('Update for WAIT operation requires WaitOptions.');
  }
  if (Type === 'CHAINED_INVOKE' && !ChainedInvokeOptions?.FunctionName) {
    throw invalid('Update for CHAINED_INVOKE operation requires ChainedInvokeOptions.');
  }
  const { TimeoutSeconds = 0, HeartbeatTimeoutSeconds = 0 } = CallbackOptions ?? {};
  if (!within(TimeoutSeconds, 0) || !within(HeartbeatTimeoutSeconds, 0)) {
    throw invalid('Invalid CallbackOptions for the given action.');
  }
}

function within(seconds: number | undefined, least: number): boolean {
  return Number.isInteger(seconds) && Number(seconds) >= least && Number(seconds) <= longest;
}

/** What an update may do given the operation so far; throws InvalidParameterValueException. */
export function checkTransition(
  update: OperationUpdate,
  current: Operation | undefined,
  parent: Operation | undefined,
): void {
  if (update.ParentId !== undefined && parent?.type !== 'CONTEXT') {
    throw invalid('Invalid parent operation id.');
  }
  if (current) checkSame(update, current);
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
    return;
  }
  if (Type === 'WAIT') {
    if (status === 'STARTED') return;
    throw invalid('Cannot cancel a WAIT that does not exist or has already completed.');
  }
  if (current && hasEnded(current)) throw invalid('Invalid current CONTEXT state to close.');
}

function checkSame(update: OperationUpdate, current: Operation): void {
  if (update.Type !== current.type) throw invalid('Inconsistent operation type.');
  if (update.SubType !== current.subType) throw invalid('Inconsistent operation subtype.');
  if (update.Name !== current.name) throw invalid('Inconsistent operation name.');
  if (update.ParentId !== current.parent) throw invalid('Inconsistent parent operation id.');
}
