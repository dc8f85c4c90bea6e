import { randomUUID } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import type { WireRequest, WireResponse } from './http.ts';
import { checkFields, type Fields } from './shapes.ts';

/** One operation: plain input in AWS's own spelling, plain output or an AwsError. */
export type Operation = (input: never, request: WireRequest) => unknown;

/**
 * awsJson 1.0 and 1.1 (DynamoDB, CloudWatch Logs, SQS, SSM): the operation is in `X-Amz-Target`, JSON in and out,
 * errors carry `__type`.
 */
export async function awsJson(
  request: WireRequest,
  {
    operations,
    version,
    shapes,
  }: {
    operations: Readonly<Record<string, Operation>>;
    version: '1.0' | '1.1';
    /** What members of a request may be, by operation. */
    shapes: (operation: string) => Fields;
  },
): Promise<WireResponse> {
  const headers = {
    'content-type': `application/x-amz-json-${version}`,
    'x-amzn-requestid': randomUUID(),
  };
  try {
    const name = request.headers['x-amz-target']?.split('.').at(-1) ?? '';
    const operation = operations[name];
    if (!operation) {
      throw new AwsError(
        'UnknownOperationException',
        `The local runtime does not implement ${name}`,
      );
    }
    const input = checkFields(parseBody(request), shapes(name));
    const output = await operation(input as never, request);
    return { status: 200, headers, body: JSON.stringify(output ?? {}) };
  } catch (error) {
    const { name, status, message, fields } = asAwsError(error);
    const body = JSON.stringify({ __type: name, message, ...fields });
    return { status, headers: { ...headers, 'x-amzn-errortype': name }, body };
  }
}

function parseBody(request: WireRequest): unknown {
  if (request.body.length === 0) return {};
  try {
    return JSON.parse(request.body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON');
  }
}

/** Anything else than an AwsError is a defect of the runtime: a 500 that names it, and a line in the runtime's log. */
export function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return new AwsError('InternalFailure', 'The local runtime failed; its log has the details', {
    status: 500,
  });
}
