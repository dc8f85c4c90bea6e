import { randomUUID } from 'node:crypto';
import { AccessDenied } from '../iam/access-denied.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { UnverifiedRequest, WireResponse } from '../wire/http.ts';

const namespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

export type Values = { readonly [name: string]: unknown };

/** Returns the form of an awsQuery request. A list has keys such as `Name.member.1.Field`. */
export function parseForm({ body, query }: UnverifiedRequest): URLSearchParams {
  return body.length > 0 ? new URLSearchParams(body.toString('utf8')) : query;
}

/** Returns a list of strings in a form. */
export function readStrings(form: URLSearchParams, name: string): string[] {
  const members: string[] = [];
  for (let index = 1; ; index += 1) {
    const value = form.get(`${name}.member.${index}`);
    if (value === null) return members;
    members.push(value);
  }
}

/** Returns a list of structures in a form. Their fields have only simple values. */
export function readStructures(form: URLSearchParams, name: string): Record<string, string>[] {
  const members = new Map<number, Record<string, string>>();
  const prefix = `${name}.member.`;
  for (const [key, value] of form) {
    if (!key.startsWith(prefix)) continue;
    const [, index, field] = /^(\d+)\.(\w+)$/.exec(key.slice(prefix.length)) ?? [];
    if (!index || !field) continue;
    const entry = members.get(Number(index)) ?? {};
    members.set(Number(index), Object.assign(entry, { [field]: value }));
  }
  return [...members].sort(([a], [b]) => a - b).map(([, member]) => member);
}

/** Returns the response of an operation. */
export function resultResponse(action: string, result: Values): WireResponse {
  const id = randomUUID();
  return xmlResponse(
    200,
    `<${action}Response xmlns="${namespace}"><${action}Result>${formatValue(result)}</${action}Result>` +
      `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></${action}Response>`,
  );
}

/** Returns an error response in the awsQuery format. */
export function errorResponse(failure: AwsError): WireResponse {
  const { message, status } = failure;
  const name = failure instanceof AccessDenied ? 'AccessDenied' : failure.name;
  const type = status < 500 ? 'Sender' : 'Receiver';
  const error = formatValue({ Type: type, Code: name, Message: message });
  return xmlResponse(
    status,
    `<ErrorResponse xmlns="${namespace}"><Error>${error}</Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  );
}

/** Returns the ValidationError with which CloudFormation reports almost every problem. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

function formatValue(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value))
    return value.map((member) => `<member>${formatValue(member)}</member>`).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `<${name}>${formatValue(member)}</${name}>`)
      .join('');
  }
  return String(value as string | number | boolean)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

function xmlResponse(status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
