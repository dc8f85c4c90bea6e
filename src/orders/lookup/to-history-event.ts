/** Converts Lambda's history events to this project's form. Pure. */
import type { Event, EventError } from '@aws-sdk/client-lambda';
import type { HistoryError, HistoryEvent } from '../../workflow/history-event.ts';

/** The details of an event. Which of them it has depends on its type. */
interface EventDetails {
  readonly Error?: EventError;
  readonly Input?: { readonly Payload?: string };
  readonly Result?: { readonly Payload?: string };
  readonly RetryDetails?: {
    readonly CurrentAttempt?: number;
    readonly NextAttemptDelaySeconds?: number;
  };
  /** Seconds. */
  readonly Duration?: number;
  readonly Reason?: { readonly Payload?: string };
}

/** Converts an event of an execution's history. */
export function toHistoryEvent(event: Event): HistoryEvent {
  const { EventId = 0, EventType = '', EventTimestamp, Id, Name } = event;
  const details = readDetails(event);
  const invocation = event.InvocationCompletedDetails;
  const error = toHistoryError(details.Error ?? invocation?.Error);
  const reason = details.Reason?.Payload;
  const payload = details.Input?.Payload ?? details.Result?.Payload;
  return {
    seq: EventId,
    type: EventType,
    at: (EventTimestamp ?? new Date(0)).toISOString(),
    ...(Id === undefined || invocation ? {} : { id: Id }),
    ...(Name === undefined ? {} : { name: Name }),
    ...toTimes(details),
    ...(error ? { error } : {}),
    ...toInvocation(invocation),
    ...(payload === undefined ? {} : { payload }),
    ...(reason ? { reason } : {}),
  };
}

function readDetails(event: Event): EventDetails {
  const key = `${event.EventType}Details`;
  return (event as unknown as Record<string, EventDetails | undefined>)[key] ?? {};
}

function toTimes({
  RetryDetails: retry,
  Duration,
}: EventDetails): Pick<HistoryEvent, 'attempt' | 'retryInMs' | 'waitMs'> {
  const { CurrentAttempt, NextAttemptDelaySeconds } = retry ?? {};
  return {
    ...(CurrentAttempt === undefined ? {} : { attempt: CurrentAttempt }),
    ...(NextAttemptDelaySeconds === undefined ? {} : { retryInMs: NextAttemptDelaySeconds * 1000 }),
    ...(Duration === undefined ? {} : { waitMs: Duration * 1000 }),
  };
}

function toInvocation(
  invocation: Event['InvocationCompletedDetails'],
): Pick<HistoryEvent, 'startedAt' | 'requestId'> {
  const { StartTimestamp, RequestId } = invocation ?? {};
  return {
    ...(StartTimestamp ? { startedAt: StartTimestamp.toISOString() } : {}),
    ...(RequestId ? { requestId: RequestId } : {}),
  };
}

function toHistoryError(error: EventError | undefined): HistoryError | undefined {
  if (!error) return undefined;
  const { ErrorType = 'Error', ErrorMessage = '' } = error.Payload ?? {};
  return { type: ErrorType, message: ErrorMessage };
}
