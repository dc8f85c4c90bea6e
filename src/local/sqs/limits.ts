import { AwsError } from '../wire/aws-error.ts';

export function noQueue(): AwsError {
  return new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}

/** A standard queue's name; throws for others. */
export function checkedName(name = ''): string {
  if (name.endsWith('.fifo')) throw invalid('The local runtime knows standard queues only');
  if (/^[\w-]{1,80}$/.test(name)) return name;
  throw invalid(
    'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
  );
}

/** A number within its limits; throws with the parameter's name. */
export function within(
  value: unknown,
  name: string,
  [least, most]: readonly [number, number],
): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw invalid(
    `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be an integer from ${least} to ${most}.`,
  );
}

/** A message's text; throws when there is none, or too much of it. */
export function checkBody(body: unknown, maximumBytes: number): string {
  if (typeof body !== 'string' || body === '') {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (Buffer.byteLength(body) > maximumBytes) {
    throw invalid(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumBytes} bytes.`,
    );
  }
  return body;
}
