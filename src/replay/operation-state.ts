/** Rebuilds the state of an execution from its history, in the form in which Lambda sends it to a handler. */
import type { RecordedEvent } from './recording.ts';

export interface Operation {
  readonly Id: string;
  readonly ParentId?: string;
  readonly Name?: string;
  readonly Type: string;
  readonly SubType?: string;
  readonly Status: string;
  /** Epoch ms, as in the invocation event. */
  readonly StartTimestamp: number;
  readonly EndTimestamp?: number;
  readonly [details: string]: unknown;
}

export interface RecordedError {
  readonly ErrorType?: string;
  readonly ErrorMessage?: string;
  readonly ErrorData?: string;
  readonly StackTrace?: readonly string[];
}

interface EventDetails {
  readonly Result?: { readonly Payload?: string; readonly Truncated?: boolean };
  readonly Input?: { readonly Payload?: string; readonly Truncated?: boolean };
  readonly Error?: { readonly Payload?: RecordedError; readonly Truncated?: boolean };
  readonly RetryDetails?: {
    readonly CurrentAttempt?: number;
    readonly NextAttemptDelaySeconds?: number;
  };
  readonly ScheduledEndTimestamp?: string;
  readonly CallbackId?: string;
  readonly Duration?: number;
  readonly Timeout?: number;
  readonly HeartbeatTimeout?: number;
  readonly FunctionName?: string;
}

const types: readonly (readonly [prefix: string, type: string])[] = [
  ['Step', 'STEP'],
  ['Wait', 'WAIT'],
  ['Callback', 'CALLBACK'],
  ['Context', 'CONTEXT'],
  ['ChainedInvoke', 'CHAINED_INVOKE'],
];

/** Returns the type of the operation that an event is about, and what happened to it, for example `STEP` and `Succeeded`. */
export function parseEventType({ EventType = '' }: RecordedEvent): {
  readonly type: string;
  readonly change: string;
} {
  const [prefix, type] = types.find(([name]) => EventType.startsWith(name)) ?? ['', ''];
  return { type, change: EventType.slice(prefix.length) };
}

/** Returns the details of an event, which Lambda stores under a name that depends on its type. */
export function readDetails(event: RecordedEvent): EventDetails {
  return (event[`${event.EventType}Details`] ?? {}) as EventDetails;
}

/** Returns whether an event of a step announces another attempt. */
export function isRetry(event: RecordedEvent): boolean {
  return readDetails(event).RetryDetails?.NextAttemptDelaySeconds !== undefined;
}

/** Returns whether Lambda left out a part of an event's data. */
export function isTruncated(event: RecordedEvent): boolean {
  const { Result, Input, Error: error } = readDetails(event);
  return [Result, Input, error].some((data) => data?.Truncated === true);
}

const statuses: Readonly<Record<string, string>> = {
  Started: 'STARTED',
  Succeeded: 'SUCCEEDED',
  Failed: 'FAILED',
  TimedOut: 'TIMED_OUT',
  Stopped: 'STOPPED',
  Cancelled: 'CANCELLED',
};

/** Returns an operation after an event. */
export function applyEvent(previous: Operation | undefined, event: RecordedEvent): Operation {
  const { type, change } = parseEventType(event);
  const at = Date.parse(event.EventTimestamp ?? '');
  const status = isRetry(event) ? 'PENDING' : (statuses[change] ?? change);
  const isOpen = status === 'STARTED' || status === 'PENDING';
  const [prefix] = types.find(([, name]) => name === type) ?? [''];
  const details = `${prefix}Details`;
  return {
    Id: event.Id ?? '',
    ...(event.ParentId === undefined ? {} : { ParentId: event.ParentId }),
    ...(event.Name === undefined ? {} : { Name: event.Name }),
    Type: type,
    ...(event.SubType === undefined ? {} : { SubType: event.SubType }),
    StartTimestamp: previous?.StartTimestamp ?? at,
    ...(isOpen ? {} : { EndTimestamp: at }),
    Status: status,
    [details]: { ...(previous?.[details] as object | undefined), ...toDetails(event, at) },
  };
}

function toDetails(event: RecordedEvent, at: number): object {
  const details = readDetails(event);
  const { Result, Error: error, RetryDetails, ScheduledEndTimestamp, CallbackId } = details;
  const { CurrentAttempt, NextAttemptDelaySeconds: delay } = RetryDetails ?? {};
  return {
    ...(Result?.Payload === undefined ? {} : { Result: Result.Payload }),
    ...(error?.Payload ? { Error: error.Payload } : {}),
    ...(CurrentAttempt === undefined ? {} : { Attempt: CurrentAttempt }),
    ...(delay === undefined ? {} : { NextAttemptTimestamp: at + delay * 1000 }),
    ...(ScheduledEndTimestamp === undefined
      ? {}
      : { ScheduledEndTimestamp: Date.parse(ScheduledEndTimestamp) }),
    ...(CallbackId === undefined ? {} : { CallbackId }),
  };
}
