import { AwsError } from '../wire/aws-error.ts';
import type { Execution } from './execution/model.ts';
import type { FunctionRegistry } from './function-registry.ts';

export interface DeadLetter {
  readonly queueArn: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | number>>;
}

interface Event {
  readonly id: string;
  readonly function: string;
  readonly version: string;
  readonly event: string;
}

/** Characters of an error's message that Lambda puts into a dead letter. */
const longestMessage = 1024;

/**
 * What Lambda sends to the dead-letter queue of a function, if it has one, when an event that nobody waits for could not
 * be processed: the event, with the error as attributes.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function letterOf(
  functions: FunctionRegistry,
  { id, function: name, version, event }: Event,
  message: string,
): DeadLetter | undefined {
  const queueArn = queueOf(functions, name, version);
  if (!queueArn) return undefined;
  const ErrorMessage = message.slice(0, longestMessage);
  return { queueArn, body: event, attributes: { RequestID: id, ErrorCode: 200, ErrorMessage } };
}

/** The same of an execution that was started asynchronously and has ended without success. */
export function letterOfExecution(
  functions: FunctionRegistry,
  { functionName, version, status, asynchronous, input, id, error }: Execution,
): DeadLetter | undefined {
  if (!asynchronous || status === 'RUNNING' || status === 'SUCCEEDED') return undefined;
  const message = error?.ErrorMessage ?? error?.ErrorType ?? status;
  return letterOf(
    functions,
    { id, function: functionName, version, event: input ?? '{}' },
    message,
  );
}

/** A function that is gone has none. */
function queueOf(functions: FunctionRegistry, name: string, version: string): string | undefined {
  try {
    return functions.resolve(name, version).settings.deadLetterArn;
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
