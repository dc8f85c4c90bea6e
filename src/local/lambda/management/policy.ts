import type { WireResponse } from '../../wire/http.ts';
import type { Fields } from '../constraints.ts';
import type { LambdaContext } from '../context.ts';
import { invalidParameter } from '../errors.ts';
import { json, type LambdaRequest, parseFields, requestTarget } from '../request.ts';

const members = new Set([
  'StatementId',
  'Action',
  'Principal',
  'SourceArn',
  'SourceAccount',
  'FunctionUrlAuthType',
  'InvokedViaFunctionUrl',
  'RevisionId',
]);

export function addPermission(
  { functions, policies }: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  const input = parseFields(request);
  const unsupported = Object.keys(input).find((name) => !members.has(name));
  if (unsupported !== undefined) {
    throw invalidParameter(`The local runtime does not implement ${unsupported} of AddPermission`);
  }
  const { name, qualifier } = requestTarget(request);
  const statement = policies.add({
    function: functions.arn(name, qualifier),
    statementId: readText(input, 'StatementId'),
    action: readText(input, 'Action'),
    principal: readText(input, 'Principal'),
    sourceArn: readText(input, 'SourceArn') || undefined,
    sourceAccount: readText(input, 'SourceAccount') || undefined,
    functionUrlAuthType: readText(input, 'FunctionUrlAuthType') || undefined,
    invokedViaFunctionUrl: input['InvokedViaFunctionUrl'] === true || undefined,
  });
  return json({ Statement: JSON.stringify(statement) }, 201);
}

export function removePermission(
  { policies }: LambdaContext,
  request: LambdaRequest,
): WireResponse {
  policies.remove(requestTarget(request), request.params['statement'] ?? '');
  return { status: 204 };
}

export function getPolicy({ policies }: LambdaContext, request: LambdaRequest): WireResponse {
  const Policy = policies.read(requestTarget(request));
  return json({ Policy, RevisionId: policies.revision(Policy) });
}

function readText(input: Fields, name: string): string {
  const value = input[name];
  return typeof value === 'string' ? value : '';
}
