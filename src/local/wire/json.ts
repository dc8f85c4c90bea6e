import { randomUUID } from 'node:crypto';
import { AccessDenied } from '../iam/access-denied.ts';
import type { Permission } from '../iam/permission.ts';
import { AwsError } from './aws-error.ts';
import { checkFields, type Fields, type InputErrors } from './check-input.ts';
import type { Protocol, WireRequest, WireResponse } from './http.ts';

/** An operation with input and output as in the AWS API. Throws an AwsError. */
export type Operation = (input: never, request: WireRequest) => unknown;

/** Returns the permissions that an operation needs for an input. The members of the input may have wrong types. */
export type PermissionRule = (input: RequestInput, request: WireRequest) => readonly Permission[];

/** Members of a request. */
export type RequestInput = Readonly<Record<string, unknown>>;

/** Returns the awsJson protocol: the operation is in `X-Amz-Target`, the name of an error in `__type`. */
export function awsJsonProtocol(version: '1.0' | '1.1'): Protocol {
  return {
    operation: ({ headers }) => headers['x-amz-target']?.split('.').at(-1) ?? '',
    failure(error) {
      if (error instanceof AccessDenied) return accessDenied(error, version);
      const { name, status, message, fields } = error;
      const headers = { ...commonHeaders(version), 'x-amzn-errortype': name };
      return { status, headers, body: JSON.stringify({ __type: name, message, ...fields }) };
    },
  };
}

/** Returns the refusal of DynamoDB (1.0), or of CloudWatch Logs and SSM (1.1): status 400, and a capital M in `Message`. */
function accessDenied({ name, message }: AccessDenied, version: '1.0' | '1.1'): WireResponse {
  const type = version === '1.0' ? `com.amazon.coral.service#${name}` : name;
  return {
    status: 400,
    headers: commonHeaders(version),
    body: JSON.stringify({ __type: type, Message: message }),
  };
}

function commonHeaders(version: '1.0' | '1.1'): Record<string, string> {
  return {
    'content-type': `application/x-amz-json-${version}`,
    'x-amzn-requestid': randomUUID(),
  };
}

interface InputFormat {
  /** The members of each operation's request. */
  readonly shapes: Readonly<Record<string, Fields>>;
  readonly errors: InputErrors;
}

/** Handles a request in awsJson 1.0 or 1.1 (DynamoDB, CloudWatch Logs, SQS, SSM). */
export async function awsJson(
  request: WireRequest,
  {
    operations,
    version,
    ...format
  }: InputFormat & {
    readonly operations: Readonly<Record<string, Operation>>;
    readonly version: '1.0' | '1.1';
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
    const input = readInput(request, name, format);
    const output = await operation(input as never, request);
    return { status: 200, headers: commonHeaders(version), body: JSON.stringify(output ?? {}) };
  } catch (error) {
    return protocol.failure(asAwsError(error), request);
  }
}

/**
 * Returns a function that lists the permissions of a request. It throws SerializationException for a body that is not JSON or has a
 * member of a wrong type. Other faults of the input are found only after the authorization.
 */
export function jsonPermissions(
  rules: Readonly<Record<string, PermissionRule>>,
  format: InputFormat,
): (request: WireRequest) => readonly Permission[] {
  return (request) => {
    const name = request.headers['x-amz-target']?.split('.').at(-1) ?? '';
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    return rule ? rule(readUncheckedInput(request, name, format), request) : [];
  };
}

function readUncheckedInput(request: WireRequest, name: string, format: InputFormat): RequestInput {
  try {
    return readInput(request, name, format);
  } catch (error) {
    if (!(error instanceof AwsError) || error.name === 'SerializationException') throw error;
    return parseBody(request) as RequestInput;
  }
}

/**
 * The input that was checked last, with its body. The authorization reads it first and the operation directly after that, so that each
 * input is parsed once. A map of all inputs costs more than parsing.
 */
let latest:
  | { readonly body: Buffer; readonly name: string; readonly input: RequestInput }
  | undefined;

/** Returns the input of an operation. Throws the AwsError of `checkFields`. */
function readInput(request: WireRequest, name: string, format: InputFormat): RequestInput {
  const { body } = request;
  if (latest?.body === body && latest.name === name) return latest.input;
  const { shapes, errors } = format;
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  const input = checkFields(parseBody(request), shape ?? {}, errors);
  latest = { body, name, input };
  return input;
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
