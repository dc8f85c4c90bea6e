import { randomUUID } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { checkFields, type Fields } from './check-input.ts';
import type { Protocol, WireRequest, WireResponse } from './http.ts';

/** One operation: plain input in AWS's own spelling, plain output or an AwsError. */
export type Operation = (input: never, request: WireRequest) => unknown;

/** awsJson: the operation is in `X-Amz-Target`, and errors carry `__type`. */
export function awsJsonProtocol(version: '1.0' | '1.1'): Protocol {
  return {
    operation: ({ headers }) => headers['x-amz-target']?.split('.').at(-1) ?? '',
    failure({ name, status, message, fields }) {
      const headers = { ...commonHeaders(version), 'x-amzn-errortype': name };
      return { status, headers, body: JSON.stringify({ __type: name, message, ...fields }) };
    },
  };
}

function commonHeaders(version: '1.0' | '1.1'): Record<string, string> {
  return {
    'content-type': `application/x-amz-json-${version}`,
    'x-amzn-requestid': randomUUID(),
  };
}

/**
 * awsJson 1.0 and 1.1 (DynamoDB, CloudWatch Logs, SQS, SSM): JSON in and out.
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
  const protocol = awsJsonProtocol(version);
  try {
    const name = protocol.operation(request);
    const operation = operations[name];
    if (!operation) {
      throw new AwsError(
        'UnknownOperationException',
        `The local runtime does not implement ${name}`,
      );
    }
    const input = checkFields(parseBody(request), shapes(name));
    const output = await operation(input as never, request);
    return { status: 200, headers: commonHeaders(version), body: JSON.stringify(output ?? {}) };
  } catch (error) {
    return protocol.failure(asAwsError(error), request);
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
