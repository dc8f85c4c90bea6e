import { randomUUID } from 'node:crypto';
import { AccessDenied } from '../iam/access-denied.ts';
import type { AwsError } from '../wire/aws-error.ts';
import type { WireResponse } from '../wire/http.ts';
import { malformedXml } from './errors.ts';

/** The id of the host that processed a request. */
const hostId = 'local';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}

/** Returns `<name>value</name>`; an empty string if the value is undefined. */
export function formatElement(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? '' : `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** Returns a response with status 200 and the root element `root`. */
export function xmlResponse(root: string, content: string): WireResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', 'x-amz-request-id': randomUUID() },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${content}</${root}>`,
  };
}

/** Returns the code and the text of an error. S3 quotes the ARN in the text of a refusal. */
export function describeError(error: AwsError): {
  readonly code: string;
  readonly message: string;
} {
  if (!(error instanceof AccessDenied)) return { code: error.name, message: error.message };
  const resource = `"${error.permission.resource}"`;
  return { code: 'AccessDenied', message: error.format({ resource }) };
}

/** Returns the error response of S3. The response to a HEAD request has no body. */
export function xmlError(error: AwsError, isHead: boolean): WireResponse {
  const { status, fields, headers } = error;
  const { code, message } = describeError(error);
  const id = randomUUID();
  const details = Object.entries(fields).map(([field, value]) =>
    formatElement(field, String(value)),
  );
  return {
    status,
    headers: { 'content-type': 'application/xml', 'x-amz-request-id': id, ...headers },
    body: isHead
      ? ''
      : `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${formatElement('Code', code)}${formatElement('Message', message)}` +
        `${details.join('')}${formatElement('RequestId', id)}${formatElement('HostId', hostId)}</Error>`,
  };
}

/** Element of a checksum by header, for example `ChecksumCRC32` for `x-amz-checksum-crc32`. */
const checksumElements: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'].map((name) => [
      `x-amz-checksum-${name}`,
      `Checksum${name.toUpperCase()}`,
    ]),
  ),
  'x-amz-checksum-type': 'ChecksumType',
};

/** Returns the elements for the checksums in headers. */
export function formatChecksums(headers: Readonly<Record<string, string>>): string {
  const elements = Object.entries(checksumElements);
  return elements.map(([header, name]) => formatElement(name, headers[header])).join('');
}

/** Throws MalformedXML for the first element of a document that is not among `names` (separated by spaces). */
export function checkElements(xml: string, names: string): void {
  const served = new Set(names.split(' '));
  for (const [, name = ''] of xml.matchAll(/<(?:\w+:)?([A-Za-z]\w*)[\s/>]/g)) {
    if (!served.has(name)) {
      throw malformedXml(`the local runtime does not implement the element ${name}`);
    }
  }
}

/** Returns the unescaped texts of all elements with this name. Sufficient for the small documents that clients send to S3. */
export function readElements(xml: string, name: string): string[] {
  const texts: string[] = [];
  const open = new RegExp(`<${name}(?:\\s[^<>]*)?>`, 'g');
  for (;;) {
    const start = open.exec(xml);
    const end = start ? xml.indexOf(`</${name}>`, open.lastIndex) : -1;
    if (!start || end < 0) return texts;
    texts.push(unescapeXml(xml.slice(open.lastIndex, end)));
    open.lastIndex = end;
  }
}

function unescapeXml(text: string): string {
  return text
    .replaceAll(/&#(x?)([0-9a-fA-F]+);/g, (_, hex: string, digits: string) => {
      const code = Number.parseInt(digits, hex ? 16 : 10);
      if (!(code <= 0x10ffff)) throw malformedXml('a character reference is out of range');
      return String.fromCodePoint(code);
    })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
