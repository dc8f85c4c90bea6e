import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';
import { contentOf } from './body.ts';
import type { Bucket, ObjectRepository, StoredObject } from './repository.ts';
import { element, elements, xmlAnswer } from './xml.ts';

export interface ObjectAddress {
  readonly bucket: Bucket;
  readonly key: string;
}

/** PutObject, GetObject, HeadObject and DeleteObject. */
export function objectRequest(
  repository: ObjectRepository,
  { bucket, key }: ObjectAddress,
  request: WireRequest,
): WireResponse {
  const version = request.query.get('versionId') ?? undefined;
  switch (request.method) {
    case 'PUT':
      return put(repository, { bucket, key }, request);
    case 'GET':
    case 'HEAD': {
      const found = repository.find(bucket.name, key, version);
      if (!found || found.marker) {
        if (request.method === 'HEAD') throw new AwsError('NotFound', '', { status: 404 });
        throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
      }
      return get(repository, found, request);
    }
    case 'DELETE': {
      const removed = repository.remove(bucket, key, version);
      const headers = {
        ...versionHeader(removed),
        ...(removed?.marker ? { 'x-amz-delete-marker': 'true' } : {}),
      };
      return { status: 204, headers };
    }
    default:
      throw new AwsError('MethodNotAllowed', 'The specified method is not allowed', {
        status: 405,
      });
  }
}

/** DeleteObjects: several objects or versions at once. */
export function deleteObjects(
  repository: ObjectRepository,
  bucket: Bucket,
  request: WireRequest,
): WireResponse {
  const xml = contentOf(request).toString('utf8');
  const quiet = elements(xml, 'Quiet')[0] === 'true';
  const answers = [...xml.matchAll(/<Object>([\s\S]*?)<\/Object>/g)].map(([, object = '']) => {
    const key = elements(object, 'Key')[0] ?? '';
    const version = elements(object, 'VersionId')[0];
    repository.remove(bucket, key, version);
    return `<Deleted>${element('Key', key)}${element('VersionId', version)}</Deleted>`;
  });
  return xmlAnswer('DeleteResult', quiet ? '' : answers.join(''));
}

function put(
  repository: ObjectRepository,
  { bucket, key }: ObjectAddress,
  request: WireRequest,
): WireResponse {
  const { headers } = request;
  const found = repository.find(bucket.name, key);
  if (headers['if-none-match'] === '*' && found && !found.marker) {
    throw new AwsError('PreconditionFailed', 'The object exists already', { status: 412 });
  }
  const kept = Object.entries(headers).filter(
    ([name]) => name === 'content-type' || name.startsWith('x-amz-meta-'),
  );
  const body = contentOf(request);
  const stored = repository.put(bucket, key, {
    body,
    headers: JSON.stringify(Object.fromEntries(kept)),
  });
  return { status: 200, headers: { etag: `"${stored.etag}"`, ...versionHeader(stored) } };
}

function get(
  repository: ObjectRepository,
  found: StoredObject,
  { method, headers }: WireRequest,
): WireResponse {
  const common = {
    'content-type': 'binary/octet-stream',
    ...(JSON.parse(found.headers) as Record<string, string>),
    etag: `"${found.etag}"`,
    'last-modified': new Date(found.modified).toUTCString(),
    'accept-ranges': 'bytes',
    ...versionHeader(found),
  };
  const body = repository.body(found);
  // Node sends the length and leaves the body of a HEAD out.
  if (method === 'HEAD') return { status: 200, headers: common, body };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers['range'] ?? '') ?? [];
  if (from === undefined) return { status: 200, headers: common, body };
  const start = Number(from);
  if (start >= body.length) {
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', { status: 416 });
  }
  const end = Math.min(to ? Number(to) : body.length - 1, body.length - 1);
  const range = { 'content-range': `bytes ${start}-${end}/${body.length}` };
  return { status: 206, headers: { ...common, ...range }, body: body.subarray(start, end + 1) };
}

function versionHeader(object: StoredObject | undefined): Record<string, string> {
  return object && object.version !== 'null' ? { 'x-amz-version-id': object.version } : {};
}
