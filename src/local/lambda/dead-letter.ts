import { AwsError } from '../wire/aws-error.ts';
import type { Execution } from './execution/model.ts';
import type { FunctionRegistry } from './function-registry.ts';

/** A message for a function's dead-letter queue. */
export interface DeadLetter {
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
  const queueArn = findQueueArn(functions, name, version);
  if (!queueArn) return undefined;
  const ErrorMessage = message.slice(0, maxErrorMessageLength);
  return { queueArn, body: event, attributes: { RequestID: id, ErrorCode: 200, ErrorMessage } };
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

/** Returns the ARN of the function's dead-letter queue, or undefined if there is no queue or no function. */
function findQueueArn(
  functions: FunctionRegistry,
  name: string,
  version: string,
): string | undefined {
  try {
    return functions.resolve(name, version).settings.deadLetterArn;
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
