import { AwsError } from '../wire/aws-error.ts';
import type { Execution } from './execution/model.ts';
import type { FunctionRegistry, FunctionVersion } from './function-registry.ts';

/** A message for a function's dead-letter queue. */
export interface DeadLetter {
  /** Settings of the function whose role sends the message. */
  readonly settings: FunctionVersion['settings'];
  readonly queueArn: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | number>>;
}

interface FailedEvent {
  readonly id: string;
  readonly function: string;
  readonly version: string;
  readonly event: string;
}

/** Maximum length of the error message in a dead-letter message (characters). */
const maxErrorMessageLength = 1024;

/**
 * Returns the dead-letter message for an asynchronous event that could not be processed: the event, with the error as
 * attributes. Returns undefined if the function has no dead-letter queue.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function deadLetterFor(
  functions: FunctionRegistry,
  { id, function: name, version, event }: FailedEvent,
  message: string,
): DeadLetter | undefined {
  const settings = findSettings(functions, name, version);
  if (!settings?.deadLetterArn) return undefined;
  const { deadLetterArn: queueArn } = settings;
  const ErrorMessage = message.slice(0, maxErrorMessageLength);
  return {
    settings,
    queueArn,
    body: event,
    attributes: { RequestID: id, ErrorCode: 200, ErrorMessage },
  };
}

/** Returns the dead-letter message of an asynchronous execution that ended without success, or undefined. */
export function executionDeadLetter(
  functions: FunctionRegistry,
  { functionName, version, status, asynchronous, input, id, error }: Execution,
): DeadLetter | undefined {
  if (!asynchronous || status === 'RUNNING' || status === 'SUCCEEDED') return undefined;
  const message = error?.ErrorMessage ?? error?.ErrorType ?? status;
  return deadLetterFor(
    functions,
    { id, function: functionName, version, event: input ?? '{}' },
    message,
  );
}

/** Returns the settings of a version, or undefined if it does not exist. */
function findSettings(
  functions: FunctionRegistry,
  name: string,
  version: string,
): FunctionVersion['settings'] | undefined {
  try {
    return functions.resolve(name, version).settings;
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
