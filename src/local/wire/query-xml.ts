/** Requests and responses of services with the awsQuery protocol. */
import { randomUUID } from 'node:crypto';
import { AccessDenied } from '../iam/access-denied.ts';
import type { AwsError } from './aws-error.ts';
import type { UnverifiedRequest, WireResponse } from './http.ts';

/** Returns the form of an awsQuery request. A list has keys such as `Name.member.1.Field`. */
export function parseForm({ body, query }: UnverifiedRequest): URLSearchParams {
  return body.length > 0 ? new URLSearchParams(body.toString('utf8')) : query;
}

/** Returns the functions that build the responses of a service, whose XML has this namespace. */
export function createQueryResponses(namespace: string) {
  return {
    /** Returns the response of an operation. Without a result, the response has no result element. */
    resultResponse: (action: string, result: object | undefined): WireResponse => {
      const content = result ? `<${action}Result>${formatValue(result)}</${action}Result>` : '';
      const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
      const body = `<${action}Response xmlns="${namespace}">${content}${metadata}</${action}Response>`;
      return xmlResponse(200, body);
    },
    /** Returns the response for an error. */
    errorResponse: (error: AwsError): WireResponse => {
      const { message, status } = error;
      const Code = error instanceof AccessDenied ? 'AccessDenied' : error.name;
      const Type = status < 500 ? 'Sender' : 'Receiver';
      const content = `<Error>${formatValue({ Type, Code, Message: message })}</Error>`;
      const id = `<RequestId>${randomUUID()}</RequestId>`;
      return xmlResponse(
        status,
        `<ErrorResponse xmlns="${namespace}">${content}${id}</ErrorResponse>`,
      );
    },
  };
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
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

function xmlResponse(status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
