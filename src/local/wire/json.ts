import { randomUUID } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { checkFields, type Fields, type InputErrors } from './check-input.ts';
import type { Protocol, WireRequest, WireResponse } from './http.ts';

/** An operation with input and output as in the AWS API. Throws an AwsError. */
export type Operation = (input: never, request: WireRequest) => unknown;

/** Returns the awsJson protocol: the operation is in `X-Amz-Target`, the name of an error in `__type`. */
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

/** Handles a request in awsJson 1.0 or 1.1 (DynamoDB, CloudWatch Logs, SQS, SSM). */
export async function awsJson(
  request: WireRequest,
  {
    operations,
    version,
    shapes,
    errors,
  }: {
    operations: Readonly<Record<string, Operation>>;
    version: '1.0' | '1.1';
    /** The members of each operation's request. */
    shapes: Readonly<Record<string, Fields>>;
    errors: InputErrors;
  },
): Promise<WireResponse> {
  const protocol = awsJsonProtocol(version);
  try {
    const name = protocol.operation(request);
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (!operation) {
      throw new AwsError(
        'UnknownOperationException',
        `The local runtime does not implement ${name}`,
      );
    }
    const input = checkFields(parseBody(request), shapes[name] ?? {}, errors);
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

/** Converts an error to an AwsError. Any other error is a defect of the runtime: it is logged and becomes a status 500. */
export function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return new AwsError('InternalFailure', 'The local runtime failed; its log has the details', {
    status: 500,
  });
}
