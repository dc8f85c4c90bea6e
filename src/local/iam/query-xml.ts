import { randomUUID } from 'node:crypto';
import type { AwsError } from '../wire/aws-error.ts';
import type { UnverifiedRequest, WireResponse } from '../wire/http.ts';
import { AccessDenied } from './access-denied.ts';

const namespace = 'https://iam.amazonaws.com/doc/2010-05-08/';

/** Returns the parameters of a request in the query protocol. */
export function parseForm({ body, query }: UnverifiedRequest): URLSearchParams {
  return body.length > 0 ? new URLSearchParams(body.toString('utf8')) : query;
}

/** Returns the response of an operation; undefined for an operation without a result. */
export function resultResponse(action: string, result: object | undefined): WireResponse {
  const content = result ? `<${action}Result>${formatValue(result)}</${action}Result>` : '';
  return xmlResponse(
    200,
    `<${action}Response xmlns="${namespace}">${content}<ResponseMetadata><RequestId>${randomUUID()}</RequestId>` +
      `</ResponseMetadata></${action}Response>`,
  );
}

export function errorResponse(error: AwsError): WireResponse {
  const { message, status } = error;
  const Code = error instanceof AccessDenied ? 'AccessDenied' : error.name;
  const Type = status < 500 ? 'Sender' : 'Receiver';
  return xmlResponse(
    status,
    `<ErrorResponse xmlns="${namespace}"><Error>${formatValue({ Type, Code, Message: message })}</Error>` +
      `<RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  );
}

function formatValue(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) {
    return value.map((member) => `<member>${formatValue(member)}</member>`).join('');
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `<${name}>${formatValue(member)}</${name}>`)
      .join('');
  }
  return String(value as string | number | boolean)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function xmlResponse(status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
