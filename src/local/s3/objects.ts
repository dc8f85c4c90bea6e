import { AwsError } from '../wire/aws-error.ts';
import type { WireResponse } from '../wire/http.ts';
import { checksumHeaders, readContent, readText } from './body.ts';
import type { BucketCall } from './call.ts';
import {
  type ByteRange,
  checkReadConditions,
  checkWriteConditions,
  parseRange,
} from './conditions.ts';
import { invalidRequest, malformedXml, noSuchKey } from './errors.ts';
import {
  encryptionHeaders,
  isChecksumHeader,
  parseStoredHeaders,
  partSizesMember,
  selectStoredHeaders,
  versionHeaders,
} from './headers.ts';
import { checkListable, requireDeletion } from './permissions.ts';
import type { StoredObject } from './repository.ts';
import { checkElements, describeError, formatElement, readElements, xmlResponse } from './xml.ts';

/** Maximum number of objects that one DeleteObjects request deletes. */
const maxDeletions = 1000;

/** PutObject. */
export function putObject({ objects, bucket, request }: BucketCall): WireResponse {
  const { headers, key } = request;
  const { body, checksum } = readContent(request);
  const stored = selectStoredHeaders(headers);
  checkWriteConditions(objects.findObject(bucket.name, key), headers, key);
  const checksums = checksum ? checksumHeaders(checksum) : {};
  const object = objects.putObject(bucket, key, { body, headers: { ...stored, ...checksums } });
  return {
    status: 200,
    headers: {
      etag: `"${object.etag}"`,
      ...encryptionHeaders(stored),
      ...checksums,
      ...versionHeaders(object),
    },
  };
}

/** GetObject and HeadObject. */
export function getObject(call: BucketCall): WireResponse {
  const { objects, request } = call;
  const { headers, query, method } = request;
  const object = requireObject(call, query.get('versionId') ?? undefined);
  const { [partSizesMember]: partSizes, ...stored } = parseStoredHeaders(object);
  const common = {
    'content-type': 'binary/octet-stream',
    ...stored,
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modified).toUTCString(),
    'accept-ranges': 'bytes',
    ...versionHeaders(object),
  };
  if (!checkReadConditions(object, headers)) {
    const { etag, 'last-modified': modified } = common;
    return { status: 304, headers: { etag, 'last-modified': modified, ...versionHeaders(object) } };
  }
  const part = selectPart(request, object, partSizes);
  const range = part?.range ?? parseRange(headers, object);
  const response = {
    ...selectChecksums(common, headers['x-amz-checksum-mode'] === 'ENABLED' && !range),
    ...readOverrides(query),
    ...part?.headers,
    ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${object.size}` } : {}),
    'content-length': String(range ? range.end - range.start + 1 : object.size),
  };
  const status = range ? 206 : 200;
  if (method === 'HEAD') return { status, headers: response };
  const body = objects.readBody(object);
  return {
    status,
    headers: response,
    body: range ? body.subarray(range.start, range.end + 1) : body,
  };
}

/** Returns an object. Throws the error of S3 if it does not exist or the version is a delete marker. */
function requireObject({ objects, bucket, request }: BucketCall, version?: string): StoredObject {
  const { key, method } = request;
  const object = objects.findObject(bucket.name, key, version);
  if (object && !object.marker) return object;
  checkListable(request, bucket.name);
  const headers = {
    ...(object ? { 'x-amz-delete-marker': 'true', ...versionHeaders(object) } : {}),
  };
  if (object && version !== undefined) {
    throw new AwsError(
      'MethodNotAllowed',
      'The specified method is not allowed against this resource.',
      { status: 405, headers },
    );
  }
  if (method === 'HEAD') throw new AwsError('NotFound', '', { status: 404, headers });
  if (version !== undefined) {
    throw new AwsError('NoSuchVersion', 'The specified version does not exist.', {
      status: 404,
      fields: { Key: key, VersionId: version },
    });
  }
  const { message, fields } = noSuchKey(key);
  throw new AwsError('NoSuchKey', message, { status: 404, fields, headers });
}

/** Returns the part that a request selects by number. An object that was not uploaded in parts is one part. */
function selectPart(
  { query, headers }: BucketCall['request'],
  { size }: StoredObject,
  partSizes: string | undefined,
): { range: ByteRange | undefined; headers: Record<string, string> } | undefined {
  const text = query.get('partNumber');
  if (text === null) return undefined;
  if (headers['range'] !== undefined) {
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  }
  const sizes = partSizes ? (JSON.parse(partSizes) as number[]) : [size];
  const index = Number(text) - 1;
  const length = Number.isInteger(index) ? sizes[index] : undefined;
  if (length === undefined) {
    throw new AwsError('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      status: 416,
      fields: { PartNumberRequested: text, ActualPartCount: String(sizes.length) },
    });
  }
  const start = sizes.slice(0, index).reduce((sum, before) => sum + before, 0);
  return {
    range: length > 0 ? { start, end: start + length - 1 } : undefined,
    headers: partSizes ? { 'x-amz-mp-parts-count': String(sizes.length) } : {},
  };
}

function selectChecksums(
  headers: Readonly<Record<string, string>>,
  isRequested: boolean,
): Record<string, string> {
  if (isRequested) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isChecksumHeader(name)));
}

/** Returns the headers that `response-…` parameters of a query replace. */
function readOverrides(query: URLSearchParams): Record<string, string> {
  const overrides = [...query].filter(([name]) => name.startsWith('response-'));
  return Object.fromEntries(
    overrides.map(([name, value]) => [name.slice('response-'.length), value]),
  );
}

/** DeleteObject. */
export function deleteObject({ objects, bucket, request }: BucketCall): WireResponse {
  const { key, headers, query } = request;
  const version = query.get('versionId') ?? undefined;
  checkWriteConditions(objects.findObject(bucket.name, key, version), headers, key);
  const removed = objects.removeObject(bucket, key, version);
  return {
    status: 204,
    headers: {
      ...versionHeaders(removed),
      ...(removed?.marker ? { 'x-amz-delete-marker': 'true' } : {}),
    },
  };
}

/** DeleteObjects: deletes several objects or versions. A refusal is an error of its object in the result. */
export function deleteObjects({ objects, bucket, request }: BucketCall): WireResponse {
  const xml = readText(request);
  checkElements(xml, 'Delete Object Key VersionId Quiet');
  const quiet = readElements(xml, 'Quiet')[0] === 'true';
  const entries = [...xml.matchAll(/<Object>([\s\S]*?)<\/Object>/g)];
  if (entries.length === 0 || entries.length > maxDeletions) {
    throw malformedXml(`Delete must contain 1 to ${maxDeletions} objects`);
  }
  const results = entries.map(([, object = '']) => {
    const key = readElements(object, 'Key')[0] ?? '';
    const version = readElements(object, 'VersionId')[0];
    const named = formatElement('Key', key) + formatElement('VersionId', version);
    const denial = request.findDenial?.(requireDeletion(bucket.name, key, version));
    if (denial) return formatFailure(named, denial);
    const removed = objects.removeObject(bucket, key, version);
    if (quiet) return '';
    const marker = removed?.marker
      ? formatElement('DeleteMarker', true) +
        formatElement('DeleteMarkerVersionId', removed.version)
      : '';
    return `<Deleted>${named}${marker}</Deleted>`;
  });
  return xmlResponse('DeleteResult', results.join(''));
}

/** Returns the element for an object that was not deleted. */
function formatFailure(named: string, error: AwsError): string {
  const { code, message } = describeError(error);
  return `<Error>${named}${formatElement('Code', code)}${formatElement('Message', message)}</Error>`;
}
