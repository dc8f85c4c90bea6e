import { randomUUID } from 'node:crypto';
import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';

const namespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

export type Values = { readonly [name: string]: unknown };

/** The form of an awsQuery request; lists come as `Name.member.1.Field`. */
export function formOf({ body, query }: WireRequest): URLSearchParams {
  return body.length > 0 ? new URLSearchParams(body.toString('utf8')) : query;
}

/** The members of a list of strings. */
export function strings(form: URLSearchParams, name: string): string[] {
  const found: string[] = [];
  for (let index = 1; ; index += 1) {
    const value = form.get(`${name}.member.${index}`);
    if (value === null) return found;
    found.push(value);
  }
}

/** The members of a list of structures with only simple fields. */
export function structures(form: URLSearchParams, name: string): Record<string, string>[] {
  const found: Record<string, string>[] = [];
  for (const [key, value] of form) {
    const [, index, field] = new RegExp(`^${name}\\.member\\.(\\d+)\\.(\\w+)$`).exec(key) ?? [];
    if (!index || !field) continue;
    const entry = found[Number(index) - 1] ?? {};
    entry[field] = value;
    found[Number(index) - 1] = entry;
  }
  return found.filter(Boolean);
}

/** The answer of an operation. */
export function answer(action: string, result: Values): WireResponse {
  const id = randomUUID();
  return xml(
    200,
    `<${action}Response xmlns="${namespace}"><${action}Result>${write(result)}</${action}Result>` +
      `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></${action}Response>`,
  );
}

/** An error as awsQuery writes it. */
export function failure({ name, message, status }: AwsError): WireResponse {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const error = write({ Type: type, Code: name, Message: message });
  return xml(
    status,
    `<ErrorResponse xmlns="${namespace}"><Error>${error}</Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  );
}

/** The error that CloudFormation gives for nearly everything. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

function write(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((each) => `<member>${write(each)}</member>`).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `<${name}>${write(member)}</${name}>`)
      .join('');
  }
  return String(value as string | number | boolean)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

function xml(status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
