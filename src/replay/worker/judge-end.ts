import { createHash } from 'node:crypto';
import { parseEventType, readDetails } from '../operation-state.ts';
import { findEnd, type RecordedEvent, type RecordedInvocation } from '../recording.ts';
import type { Finding } from '../verdict.ts';
import type { HandlerOutput } from './drive.ts';
import type { ReplayedInvocation } from './invocation.ts';

/** Reason why a replay cannot continue. */
export interface Breakage {
  readonly reason: string;
}

interface InvocationEnd {
  readonly invocation: RecordedInvocation;
  /** Undefined if the handler has not returned. */
  readonly output: HandlerOutput | undefined;
  readonly history: readonly RecordedEvent[];
}

/** Compares how an invocation ends with how the original one ended. Returns nothing if they agree. */
export function judgeEnd(
  replayed: ReplayedInvocation,
  { invocation, output, history }: InvocationEnd,
): Finding | Breakage | undefined {
  const nondeterminism = parseNondeterminism(output, history);
  if (nondeterminism) return nondeterminism;
  const missing = replayed.findMissing();
  const isExpectedError = findEnd(history)?.EventType === 'ExecutionFailed';
  if (output?.Status === 'FAILED' && !isExpectedError) return { reason: describeError(output) };
  if (missing) return describeMissing(missing, output);
  if (invocation.end === 'cut') return undefined;
  return compareOutcome(expectedOutcome(invocation, history), output);
}

function describeError({ Error: error }: HandlerOutput): string {
  const { ErrorType = 'Error', ErrorMessage = '' } = error ?? {};
  return `The handler fails with ${ErrorType}: ${ErrorMessage}`;
}

function describeMissing(event: RecordedEvent, output: HandlerOutput | undefined): Finding {
  const { type, change } = parseEventType(event);
  const operation = { id: event.Id ?? '', type, name: event.Name };
  return { kind: 'missing', operation, expected: change, actual: output?.Status };
}

interface Outcome {
  readonly status: string;
  readonly result?: string | undefined;
  readonly errorType?: string | undefined;
}

function expectedOutcome({ end }: RecordedInvocation, history: readonly RecordedEvent[]): Outcome {
  const last = findEnd(history);
  if (end === 'pending' || !last) return { status: 'PENDING' };
  const { Result, Error: error } = readDetails(last);
  return last.EventType === 'ExecutionSucceeded'
    ? { status: 'SUCCEEDED', result: Result?.Payload }
    : { status: 'FAILED', errorType: error?.Payload?.ErrorType };
}

function compareOutcome(expected: Outcome, output: HandlerOutput | undefined): Finding | undefined {
  const actual = {
    status: output?.Status,
    result: output?.Result,
    errorType: output?.Error?.ErrorType,
  };
  const properties = [
    ['status', expected.status, actual.status],
    ['result', expected.result, expected.status === 'SUCCEEDED' ? actual.result : undefined],
    ['error type', expected.errorType, actual.errorType],
  ] as const;
  const difference = properties.find(([, wanted, found]) => wanted !== found);
  if (!difference) return undefined;
  const [property, wanted, found] = difference;
  return { kind: 'outcome', property, expected: wanted, actual: found ?? 'the handler waits' };
}

/**
 * Parses the error of the SDK for code that does not fit the operations of earlier invocations. The SDK names an operation by its place in
 * the code; Lambda stores the hash of that place as the id.
 */
function parseNondeterminism(
  output: HandlerOutput | undefined,
  history: readonly RecordedEvent[],
): Finding | undefined {
  const { ErrorType = '', ErrorMessage = '' } = output?.Error ?? {};
  if (!/non-?determin/i.test(ErrorType)) return undefined;
  const match =
    /Operation (\w+) mismatch for step "([^"]+)"\. Expected \w+ "([^"]*)", but got "([^"]*)"/.exec(
      ErrorMessage,
    );
  if (!match) return { kind: 'outcome', property: 'order of operations', actual: ErrorMessage };
  const [, property = '', place = '', expected, actual] = match;
  const id = createHash('md5').update(place).digest('hex').slice(0, 16);
  const event = history.find((candidate) => candidate.Id === id);
  const operation = event && { id, type: parseEventType(event).type, name: event.Name };
  return { kind: 'changed', operation, property, expected, actual };
}
