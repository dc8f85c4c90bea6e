import type { Execution } from './execution/model.ts';
import type { FunctionRegistry } from './functions.ts';

interface DeadLetter {
  readonly queueArn: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** Characters of an error's message that Lambda puts into a dead letter. */
const longestMessage = 1024;

/**
 * What Lambda sends to the dead-letter queue of a function when an execution ends that was started asynchronously and
 * did not succeed: the event, with the error as attributes.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function deadLetterOf(
  functions: FunctionRegistry,
  { functionName, version, status, asynchronous, input, id, error }: Execution,
): DeadLetter | undefined {
  if (!asynchronous || status === 'RUNNING' || status === 'SUCCEEDED') return undefined;
  const { deadLetterArn } = functions.resolve(functionName, version).settings;
  if (!deadLetterArn) return undefined;
  const text = error?.ErrorMessage ?? error?.ErrorType ?? status;
  const attributes = {
    RequestID: id,
    ErrorCode: 200,
    ErrorMessage: text.slice(0, longestMessage),
  };
  return { queueArn: deadLetterArn, body: input ?? '{}', attributes };
}
