/** Outcomes of attempts, as the code of a step would produce them. */
import { type RecordedError, readDetails } from '../operation-state.ts';
import type { RecordedEvent } from '../recording.ts';

/** Returns the recorded result of an attempt; throws its recorded error. */
export function toOutcome(event: RecordedEvent): unknown {
  const { Error: error, Result } = readDetails(event);
  if (error) throw toError(error.Payload);
  return Result?.Payload === undefined ? undefined : parseResult(Result.Payload);
}

/** Returns the value of a recorded result; the text itself if it is not JSON. */
export function parseResult(payload: string): unknown {
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    // The function serializes results in another way.
    return payload;
  }
}

function toError({ ErrorType, ErrorMessage, ErrorData, StackTrace }: RecordedError = {}): Error {
  const error = Object.assign(new Error(ErrorMessage), {
    name: ErrorType ?? 'Error',
    ...(ErrorData === undefined ? {} : { errorData: ErrorData }),
  });
  if (StackTrace) error.stack = StackTrace.join('\n');
  return error;
}
