import { AwsError } from '../wire/aws-error.ts';

export function queueNotFound(): AwsError {
  return new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}

/** Returns the name. Throws InvalidParameterValue if it is not the name of a standard queue. */
export function checkQueueName(name = ''): string {
  if (name.endsWith('.fifo')) throw invalid('The local runtime supports only standard queues');
  if (/^[\w-]{1,80}$/.test(name)) return name;
  throw invalid(
    'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
  );
}

/** Returns a value as a number. Throws an error that names the parameter if it is not an integer within the limits. */
export function checkRange(
  value: unknown,
  name: string,
  [min, max]: readonly [number, number],
): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw invalid(
    `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be an integer from ${min} to ${max}.`,
  );
}

/** Throws InvalidAttributeName if a request asks for an attribute that SQS does not have. */
export function checkAttributeNames(
  names: readonly string[] = [],
  known: ReadonlySet<string>,
): void {
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  }
}
