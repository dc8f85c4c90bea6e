import { account } from '../shared/account.ts';
import type { WireResponse } from '../wire/http.ts';
import type { BucketCall } from './call.ts';
import { invalidArgument } from './errors.ts';
import { parseStoredHeaders } from './headers.ts';
import type { StoredObject } from './repository.ts';
import { formatElement, xmlResponse } from './xml.ts';

/** Maximum number of keys, or versions, in a response. */
const maxKeys = 1000;

/** Returns the function that formats keys: percent-encoded if the request asks for it. */
function createKeyFormatter(query: URLSearchParams): (key: string) => string {
  const encoding = query.get('encoding-type');
  if (encoding === null) return (key) => key;
  if (encoding !== 'url') {
    throw invalidArgument(
      'Invalid Encoding Method specified in Request',
      'encoding-type',
      encoding,
    );
  }
  return (key) => encodeURIComponent(key).replaceAll('%2F', '/');
}

/** Returns the limit in a parameter, at most `max`. Throws InvalidArgument if it is not a number. */
export function readMaximum(query: URLSearchParams, name: string, max: number): number {
  const text = query.get(name);
  if (text === null || text === '') return max;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 0) return Math.min(limit, max);
  throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
}

/** ListObjectsV2. */
export function listObjectsV2({ objects, bucket, request }: BucketCall): WireResponse {
  const { query } = request;
  const type = query.get('list-type') ?? '';
  if (type !== '2')
    throw invalidArgument('Invalid List Type specified in Request', 'list-type', type);
  const token = query.get('continuation-token');
  const after = query.get('start-after');
  const start = token ? Buffer.from(token, 'base64').toString() : (after ?? '');
  const options = readPageOptions(query, start);
  const page = takePage(objects.listObjects(bucket.name, options.prefix), options);
  const format = createKeyFormatter(query);
  const next = page.hasMore ? Buffer.from(page.last).toString('base64') : undefined;
  return xmlResponse(
    'ListBucketResult',
    [
      formatOptions(bucket.name, query, options),
      formatElement('KeyCount', page.contents.length + page.commonPrefixes.length),
      formatElement('IsTruncated', page.hasMore),
      formatElement('ContinuationToken', token ?? undefined),
      formatElement('NextContinuationToken', next),
      formatElement('StartAfter', after === null ? undefined : format(after)),
      formatContents(page, { format, withOwner: query.get('fetch-owner') === 'true' }),
    ].join(''),
  );
}

/** ListObjects, the first version of the listing. */
export function listObjectsV1({ objects, bucket, request }: BucketCall): WireResponse {
  const { query } = request;
  const marker = query.get('marker') ?? '';
  const options = readPageOptions(query, marker);
  const page = takePage(objects.listObjects(bucket.name, options.prefix), options);
  const format = createKeyFormatter(query);
  const next = page.hasMore && options.delimiter ? format(page.last) : undefined;
  return xmlResponse(
    'ListBucketResult',
    [
      formatOptions(bucket.name, query, options),
      formatElement('Marker', format(marker)),
      formatElement('NextMarker', next),
      formatElement('IsTruncated', page.hasMore),
      formatContents(page, { format, withOwner: true }),
    ].join(''),
  );
}

/** ListObjectVersions: versions and delete markers, in pages that start after a key and a version. */
export function listVersions({ objects, bucket, request }: BucketCall): WireResponse {
  const { query } = request;
  const key = query.get('key-marker') ?? '';
  const version = query.get('version-id-marker');
  const options = readPageOptions(query, version === null ? key : '');
  const all = objects.listVersions(bucket.name, options.prefix);
  const marker = all.findIndex((entry) => entry.key === key && entry.version === version);
  const rest = marker < 0 ? all.filter((entry) => entry.key >= key) : all.slice(marker + 1);
  const page = takePage(rest, options);
  const format = createKeyFormatter(query);
  const last = page.contents.at(-1);
  const isLastKey = last?.key === page.last;
  return xmlResponse(
    'ListVersionsResult',
    [
      formatOptions(bucket.name, query, options),
      formatElement('KeyMarker', format(key)),
      formatElement('VersionIdMarker', version ?? undefined),
      formatElement('IsTruncated', page.hasMore),
      page.hasMore ? formatElement('NextKeyMarker', format(page.last)) : '',
      page.hasMore && isLastKey ? formatElement('NextVersionIdMarker', last?.version) : '',
      ...page.contents.map((entry) => {
        const root = entry.marker ? 'DeleteMarker' : 'Version';
        const ids =
          formatElement('VersionId', entry.version) + formatElement('IsLatest', entry.latest);
        return `<${root}>${ids}${formatObject(entry, { format, withOwner: true })}</${root}>`;
      }),
      formatPrefixes(page, format),
    ].join(''),
  );
}

interface PageOptions {
  readonly prefix: string;
  readonly delimiter: string;
  /** The last key, or common prefix, of the previous page. */
  readonly after: string;
  readonly limit: number;
}

function readPageOptions(query: URLSearchParams, after: string): PageOptions {
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    after,
    limit: readMaximum(query, 'max-keys', maxKeys),
  };
}

interface Page<T> {
  readonly contents: T[];
  readonly commonPrefixes: string[];
  /** The last key, or common prefix, of the page. */
  readonly last: string;
  readonly hasMore: boolean;
}

/** Returns one page of a listing. Keys that contain the delimiter after the prefix are grouped to one common prefix. */
function takePage<T extends StoredObject>(objects: readonly T[], options: PageOptions): Page<T> {
  const contents: T[] = [];
  const prefixes = new Set<string>();
  let last = '';
  const toPage = (hasMore: boolean) => ({ contents, commonPrefixes: [...prefixes], last, hasMore });
  if (options.limit === 0) return toPage(false);
  for (const object of objects) {
    const common = findCommonPrefix(object.key, options);
    if (isBeforePage(object.key, options) || (common !== undefined && prefixes.has(common))) {
      continue;
    }
    if (contents.length + prefixes.size >= options.limit) return toPage(true);
    if (common === undefined) contents.push(object);
    else prefixes.add(common);
    last = common ?? object.key;
  }
  return toPage(false);
}

function findCommonPrefix(key: string, { prefix, delimiter }: PageOptions): string | undefined {
  const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

/** Reports whether an earlier page contains a key. A common prefix in `after` includes all keys that start with it. */
function isBeforePage(key: string, { delimiter, after }: PageOptions): boolean {
  if (after === '') return false;
  return key <= after || (delimiter !== '' && after.endsWith(delimiter) && key.startsWith(after));
}

function formatOptions(bucket: string, query: URLSearchParams, options: PageOptions): string {
  const format = createKeyFormatter(query);
  return [
    formatElement('Name', bucket),
    formatElement('Prefix', format(options.prefix)),
    formatElement('Delimiter', options.delimiter === '' ? undefined : format(options.delimiter)),
    formatElement('MaxKeys', options.limit),
    formatElement('EncodingType', query.get('encoding-type') ?? undefined),
  ].join('');
}

interface EntryOptions {
  readonly format: (key: string) => string;
  readonly withOwner: boolean;
}

function formatContents(page: Page<StoredObject>, options: EntryOptions): string {
  const contents = page.contents.map(
    (object) => `<Contents>${formatObject(object, options)}</Contents>`,
  );
  return contents.join('') + formatPrefixes(page, options.format);
}

function formatPrefixes(
  { commonPrefixes }: Page<StoredObject>,
  format: EntryOptions['format'],
): string {
  return commonPrefixes
    .map((prefix) => `<CommonPrefixes>${formatElement('Prefix', format(prefix))}</CommonPrefixes>`)
    .join('');
}

function formatObject(object: StoredObject, { format, withOwner }: EntryOptions): string {
  const common =
    formatElement('Key', format(object.key)) +
    formatElement('LastModified', new Date(object.modified).toISOString()) +
    (withOwner ? `<Owner>${formatElement('ID', account)}</Owner>` : '');
  if (object.marker) return common;
  return (
    common +
    formatElement('ETag', `"${object.etag}"`) +
    formatElement('Size', object.size) +
    formatElement('StorageClass', parseStoredHeaders(object)['x-amz-storage-class'] ?? 'STANDARD')
  );
}
