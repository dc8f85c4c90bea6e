import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest } from '../wire/http.ts';
import { noSuchKey, notImplemented, preconditionFailed } from './errors.ts';
import type { StoredObject } from './repository.ts';

type Headers = WireRequest['headers'];

/**
 * Checks the conditions of a read. Returns false if the object is unmodified (status 304). Throws PreconditionFailed. `prefix`
 * precedes the names of the conditions on the source of a copy.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function checkReadConditions(object: StoredObject, headers: Headers, prefix = ''): boolean {
  const match = headers[`${prefix}if-match`];
  if (match !== undefined) {
    if (!matchesEtag(match, object)) throw preconditionFailed('If-Match');
  } else if (
    object.modified > parseDate(headers[`${prefix}if-unmodified-since`], object.modified)
  ) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  const noneMatch = headers[`${prefix}if-none-match`];
  if (noneMatch !== undefined) return !matchesEtag(noneMatch, object);
  return object.modified > parseDate(headers[`${prefix}if-modified-since`], 0);
}

/** Returns a date of a header (epoch ms); `fallback` if it is absent or not a date. */
function parseDate(header: string | undefined, fallback: number): number {
  const time = Date.parse(header ?? '');
  return Number.isNaN(time) ? fallback : time;
}

function matchesEtag(header: string, { etag }: StoredObject): boolean {
  return header
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, '').replaceAll('"', ''))
    .some((tag) => tag === '*' || tag === etag);
}

/**
 * Checks the conditions of a write on the object that it would replace. Throws PreconditionFailed.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function checkWriteConditions(
  existing: StoredObject | undefined,
  headers: Headers,
  key: string,
): void {
  const current = existing?.marker ? undefined : existing;
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined && noneMatch !== '*') {
    throw notImplemented(
      'A header you provided implies functionality that is not implemented: If-None-Match',
      { Header: 'If-None-Match' },
    );
  }
  if (noneMatch === '*' && current) throw preconditionFailed('If-None-Match');
  const match = headers['if-match'];
  if (match === undefined) return;
  if (!current) throw noSuchKey(key);
  if (!matchesEtag(match, current)) throw preconditionFailed('If-Match');
}

/** A range of bytes; both ends are inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the range that a request selects; undefined for the whole object. S3 ignores a malformed range and several ranges.
 * Throws InvalidRange if the range is outside the object. https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2
 */
export function parseRange(headers: Headers, object: StoredObject): ByteRange | undefined {
  const { range } = headers;
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (range === undefined || (from === '' && to === '') || isOutdated(headers, object)) {
    return undefined;
  }
  if (from !== '' && to !== '' && Number(from) > Number(to)) return undefined;
  const { size } = object;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start <= end) return { start, end };
  throw new AwsError('InvalidRange', 'The requested range is not satisfiable', {
    status: 416,
    fields: { RangeRequested: range, ActualObjectSize: String(size) },
    headers: { 'content-range': `bytes */${size}` },
  });
}

/** Reports whether an If-Range header is for another version of the object: the response is then the whole object. */
function isOutdated(headers: Headers, object: StoredObject): boolean {
  const condition = headers['if-range'];
  if (condition === undefined) return false;
  const date = Date.parse(condition);
  return condition.includes('"') || Number.isNaN(date)
    ? !matchesEtag(condition, object)
    : object.modified > date;
}
