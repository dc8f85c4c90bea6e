import type { WireResponse } from '../wire/http.ts';
import type { LambdaContext } from './context.ts';
import { invalidParameter } from './errors.ts';
import { invoke } from './invoke.ts';
import { type LambdaRequest, requestTarget } from './request.ts';

export async function invokeFunction(
  context: LambdaContext,
  request: LambdaRequest,
): Promise<WireResponse> {
  const { headers, body } = request;
  const { name, qualifier } = requestTarget(request);
  const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type !== 'RequestResponse' && type !== 'Event' && type !== 'DryRun') {
    throw invalidParameter(`Invalid invocation type: ${type}`);
  }
  const executionName = headers['x-amz-durable-execution-name'];
  const traceHeader = headers['x-amzn-trace-id'];
  // Only handlers have the credentials of sessions.
  const nested = request.caller.kind === 'session';
  const input = {
    functionName: name,
    ...(qualifier ? { qualifier } : {}),
    payload: body,
    type,
    ...(executionName === undefined ? {} : { executionName }),
    ...(traceHeader === undefined ? {} : { traceHeader }),
  } as const;
  const output = await invoke(context, input, nested);
  const tail = headers['x-amz-log-type'] === 'Tail' && type === 'RequestResponse';
  return {
    status: output.status,
    body: output.payload,
    headers: {
      'x-amz-executed-version': output.version,
      ...(output.functionError ? { 'x-amz-function-error': output.functionError } : {}),
      ...(tail && output.log !== undefined
        ? { 'x-amz-log-result': encodeLogTail(output.log) }
        : {}),
      ...(output.executionArn ? { 'x-amz-durable-execution-arn': output.executionArn } : {}),
    },
  };
}

/** Returns the last 4 KB of an invocation's log in base64, as `LogType=Tail` requests it. */
function encodeLogTail(log: string): string {
  return Buffer.from(log).subarray(-4096).toString('base64');
}
