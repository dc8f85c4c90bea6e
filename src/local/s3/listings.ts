import type { WireResponse } from '../wire/http.ts';
import type { ObjectRepository, StoredObject } from './repository.ts';
import { element, xmlAnswer } from './xml.ts';

/** ListObjectsV2, with `prefix`, `delimiter`, `start-after`, `max-keys` and continuation tokens. */
export function listObjects(
  repository: ObjectRepository,
  bucket: string,
  query: URLSearchParams,
): WireResponse {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const max = Math.min(Number(query.get('max-keys') ?? 1000), 1000);
  const token = query.get('continuation-token');
  const after = token ? Buffer.from(token, 'base64').toString() : (query.get('start-after') ?? '');
  const contents: StoredObject[] = [];
  const prefixes = new Set<string>();
  let last = '';
  let truncated = false;
  for (const object of repository.list(bucket, prefix)) {
    if (after && (object.key <= after || (delimiter && object.key.startsWith(after)))) continue;
    const cut = delimiter ? object.key.indexOf(delimiter, prefix.length) : -1;
    const common = cut < 0 ? undefined : object.key.slice(0, cut + delimiter.length);
    if (common !== undefined && prefixes.has(common)) continue;
    truncated = contents.length + prefixes.size >= max;
    if (truncated) break;
    if (common === undefined) contents.push(object);
    else prefixes.add(common);
    last = common ?? object.key;
  }
  return xmlAnswer(
    'ListBucketResult',
    [
      element('Name', bucket),
      element('Prefix', prefix),
      element('KeyCount', contents.length + prefixes.size),
      element('MaxKeys', max),
      element('IsTruncated', truncated),
      truncated ? element('NextContinuationToken', Buffer.from(last).toString('base64')) : '',
      ...contents.map((each) => `<Contents>${describe(each)}</Contents>`),
      ...[...prefixes].map((each) => `<CommonPrefixes>${element('Prefix', each)}</CommonPrefixes>`),
    ].join(''),
  );
}

/** ListObjectVersions: versions and delete markers, paged by key and version. */
export function listVersions(
  repository: ObjectRepository,
  bucket: string,
  query: URLSearchParams,
): WireResponse {
  const prefix = query.get('prefix') ?? '';
  const max = Math.min(Number(query.get('max-keys') ?? 1000), 1000);
  const key = query.get('key-marker') ?? '';
  const version = query.get('version-id-marker');
  const all = repository.versions(bucket, prefix);
  const marker = all.findIndex((each) => each.key === key && each.version === version);
  const rest = marker < 0 ? all.filter((each) => each.key > key) : all.slice(marker + 1);
  const versions = rest.slice(0, max);
  const last = versions.at(-1);
  const truncated = rest.length > versions.length;
  return xmlAnswer(
    'ListVersionsResult',
    [
      element('Name', bucket),
      element('Prefix', prefix),
      element('MaxKeys', max),
      element('IsTruncated', truncated),
      truncated ? element('NextKeyMarker', last?.key) : '',
      truncated ? element('NextVersionIdMarker', last?.version) : '',
      ...versions.map((each) => {
        const root = each.marker ? 'DeleteMarker' : 'Version';
        const ids = element('VersionId', each.version) + element('IsLatest', each.latest);
        return `<${root}>${ids}${describe(each)}</${root}>`;
      }),
    ].join(''),
  );
}

function describe({ key, modified, etag, size, marker }: StoredObject): string {
  const common = element('Key', key) + element('LastModified', new Date(modified).toISOString());
  if (marker) return common;
  return (
    common +
    element('ETag', `"${etag}"`) +
    element('Size', size) +
    element('StorageClass', 'STANDARD')
  );
}
