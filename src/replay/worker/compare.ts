import {
  isRetry,
  type Operation,
  parseEventType,
  type RecordedError,
  readDetails,
} from '../operation-state.ts';
import type { RecordedEvent } from '../recording.ts';
import type { Finding } from '../verdict.ts';

/** A change of an operation that a handler sends in a checkpoint. https://docs.aws.amazon.com/lambda/latest/api/API_OperationUpdate.html */
export interface Update {
  readonly Id: string;
  readonly Type: string;
  readonly Action: string;
  readonly ParentId?: string;
  readonly Name?: string;
  readonly SubType?: string;
  readonly Payload?: string;
  readonly Error?: RecordedError;
  readonly WaitOptions?: { readonly WaitSeconds?: number };
  readonly StepOptions?: { readonly NextAttemptDelaySeconds?: number };
  readonly CallbackOptions?: {
    readonly TimeoutSeconds?: number;
    readonly HeartbeatTimeoutSeconds?: number;
  };
  readonly ChainedInvokeOptions?: { readonly FunctionName?: string };
  readonly ContextOptions?: { readonly ReplayChildren?: boolean };
}

type Property = readonly [name: string, expected: unknown, actual: unknown];

interface Comparison {
  /** The operation before the update. */
  readonly previous: Operation | undefined;
  /** Result of `Math.random` in the replay. */
  readonly random: number;
}

/** Returns whether an update is a retry with another delay than the recorded one. Both may come from a strategy with jitter. */
export function hasOtherDelay(update: Update, event: RecordedEvent): boolean {
  return update.Action === 'RETRY' && readRecordedDelay(event) !== readDelay(update);
}

function readRecordedDelay(event: RecordedEvent): number {
  return readDetails(event).RetryDetails?.NextAttemptDelaySeconds ?? 0;
}

function readDelay({ StepOptions }: Update): number {
  return StepOptions?.NextAttemptDelaySeconds ?? 0;
}

/** Returns the first difference between an update and the recorded event; undefined if there is none. */
export function compareUpdate(
  update: Update,
  event: RecordedEvent,
  { previous, random }: Comparison,
): Finding | undefined {
  const { type, change } = parseEventType(event);
  const properties: Property[] = [
    ['type', type, update.Type],
    ['name', event.Name, update.Name],
    ['sub type', event.SubType, update.SubType],
    ['parent', event.ParentId, update.ParentId],
    ['change', isRetry(event) ? 'Retry' : change, changes[update.Action] ?? update.Action],
    ...(update.Action === 'RETRY' ? compareRetry(update, event, random) : []),
    ...(update.Action === 'START' ? compareOptions(update, event) : []),
    ...compareOutcome(update, event),
  ];
  const difference = properties.find(([, expected, actual]) => expected !== actual);
  if (!difference) return undefined;
  const [property, expected, actual] = difference;
  const operation = { id: update.Id, type, name: event.Name ?? previous?.Name };
  return { kind: 'changed', operation, property, expected, actual };
}

const changes: Readonly<Record<string, string>> = {
  START: 'Started',
  SUCCEED: 'Succeeded',
  FAIL: 'Failed',
  RETRY: 'Retry',
  CANCEL: 'Cancelled',
};

/**
 * Compares the delay of a retry. Most strategies have jitter, so a recorded delay fits if it is between the delays of the smallest and the
 * largest random number; a recording with another delay is replayed with both.
 */
function compareRetry(update: Update, event: RecordedEvent, random: number): Property[] {
  const expected = readRecordedDelay(event);
  const actual = readDelay(update);
  const fits = random === 0 ? actual <= expected : actual >= expected;
  return fits ? [] : [['retry delay', expected, actual]];
}

function compareOptions(update: Update, event: RecordedEvent): Property[] {
  const recorded = readDetails(event);
  switch (update.Type) {
    case 'WAIT':
      return [['wait length', recorded.Duration, update.WaitOptions?.WaitSeconds]];
    case 'CALLBACK': {
      const { TimeoutSeconds = 0, HeartbeatTimeoutSeconds = 0 } = update.CallbackOptions ?? {};
      return [
        ['callback timeout', recorded.Timeout ?? 0, TimeoutSeconds],
        ['heartbeat timeout', recorded.HeartbeatTimeout ?? 0, HeartbeatTimeoutSeconds],
      ];
    }
    case 'CHAINED_INVOKE':
      return [
        ['called function', recorded.FunctionName, update.ChainedInvokeOptions?.FunctionName],
        ['input of the call', recorded.Input?.Payload, update.Payload],
      ];
    default:
      return [];
  }
}

/** Compares the outcome of a context, whose code runs in a replay. The outcomes of steps come from the history. */
function compareOutcome({ Type, Action, ...update }: Update, event: RecordedEvent): Property[] {
  if (Type !== 'CONTEXT') return [];
  const { Result, Error: error } = readDetails(event);
  if (Action === 'SUCCEED') return [['result', Result?.Payload, update.Payload]];
  if (Action !== 'FAIL') return [];
  return [
    ['error type', error?.Payload?.ErrorType, update.Error?.ErrorType],
    ['error message', error?.Payload?.ErrorMessage, update.Error?.ErrorMessage],
  ];
}
