import type { WireResponse } from '../wire/http.ts';
import { readContent } from './body.ts';
import type { BucketCall } from './call.ts';
import { type Algorithm, computeChecksum, parseAlgorithm } from './checksums.ts';
import { findCopySource } from './copy.ts';
import { invalidArgument, invalidRequest, noSuchUpload } from './errors.ts';
import { selectStoredHeaders } from './headers.ts';
import { readMaximum } from './listings.ts';
import type { Part, Upload } from './upload-repository.ts';
import { formatChecksums, formatElement, xmlResponse } from './xml.ts';

/** Maximum number of parts of an upload. */
const maxParts = 10_000;
const maxListed = 1000;

/**
 * CreateMultipartUpload. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
export function createUpload({ uploads, bucket, request }: BucketCall): WireResponse {
  const { headers, key } = request;
  const stored = selectStoredHeaders(headers);
  const name = headers['x-amz-checksum-algorithm'];
  const algorithm = name === undefined ? null : parseAlgorithm(name);
  const checksumType = parseType(headers['x-amz-checksum-type'], algorithm);
  const id = uploads.add({
    bucket: bucket.name,
    key,
    headers: JSON.stringify(stored),
    algorithm,
    checksumType,
  });
  const response = xmlResponse(
    'InitiateMultipartUploadResult',
    formatElement('Bucket', bucket.name) +
      formatElement('Key', key) +
      formatElement('UploadId', id),
  );
  const checksum = algorithm && {
    'x-amz-checksum-algorithm': algorithm.toUpperCase(),
    'x-amz-checksum-type': checksumType ?? '',
  };
  return { ...response, headers: { ...response.headers, ...checksum } };
}

/** Returns the type of an upload's checksum. Throws InvalidRequest for a type that the algorithm does not support. */
function parseType(
  type: string | undefined,
  algorithm: Algorithm | null,
): 'COMPOSITE' | 'FULL_OBJECT' | null {
  if (algorithm === null) {
    if (type === undefined) return null;
    throw invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const chosen = type ?? (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE');
  if (chosen !== 'COMPOSITE' && chosen !== 'FULL_OBJECT') {
    throw invalidRequest('Value for x-amz-checksum-type header is invalid.');
  }
  const isSupported =
    chosen === 'COMPOSITE' ? algorithm !== 'crc64nvme' : algorithm.startsWith('crc');
  if (isSupported) return chosen;
  throw invalidRequest(
    `The ${chosen} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
  );
}

/** Returns the upload that a request names. Throws NoSuchUpload if it does not exist. */
export function requireUpload({ uploads, bucket, request }: BucketCall): Upload {
  const id = request.query.get('uploadId') ?? '';
  const upload = uploads.find({ id, bucket: bucket.name, key: request.key });
  if (upload) return upload;
  throw noSuchUpload(id);
}

/** UploadPart. */
export function uploadPart(call: BucketCall): WireResponse {
  const number = readPartNumber(call);
  const upload = requireUpload(call);
  const { body, checksum } = readContent(call.request);
  if (upload.algorithm && checksum?.algorithm !== upload.algorithm) {
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm}, actual checksum Type: ${checksum?.algorithm ?? 'null'}`,
    );
  }
  const part = call.uploads.putPart(upload.id, number, { body, checksum });
  // A part has no checksum type: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
  const checksums = checksum ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value } : {};
  return { status: 200, headers: { etag: `"${part.etag}"`, ...checksums } };
}

/** UploadPartCopy: stores a range of an existing object as a part. */
export function uploadPartCopy(call: BucketCall): WireResponse {
  const number = readPartNumber(call);
  const upload = requireUpload(call);
  const source = findCopySource(call);
  const all = call.objects.readBody(source.object);
  const body = selectRange(all, call.request.headers['x-amz-copy-source-range']);
  const checksum = upload.algorithm ? computeChecksum(upload.algorithm, body) : undefined;
  const part = call.uploads.putPart(upload.id, number, { body, checksum });
  const response = xmlResponse(
    'CopyPartResult',
    formatElement('LastModified', new Date(part.modified).toISOString()) +
      formatElement('ETag', `"${part.etag}"`) +
      formatPartChecksum(part),
  );
  return { ...response, headers: { ...response.headers, ...source.headers } };
}

function selectRange(body: Buffer, header: string | undefined): Buffer {
  if (header === undefined) return body;
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const [start, end] = [Number(from), Number(to)];
  if (start <= end && end < body.length) return body.subarray(start, end + 1);
  throw invalidArgument(
    'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    'x-amz-copy-source-range',
    header,
  );
}

function readPartNumber({ request }: BucketCall): number {
  const text = request.query.get('partNumber') ?? '';
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= maxParts) return number;
  throw invalidArgument(
    'Part number must be an integer between 1 and 10000, inclusive',
    'partNumber',
    text,
  );
}

/** AbortMultipartUpload. */
export function abortUpload(call: BucketCall): WireResponse {
  call.uploads.remove(requireUpload(call).id);
  return { status: 204 };
}

/** ListParts. */
export function listParts(call: BucketCall): WireResponse {
  const { query } = call.request;
  const upload = requireUpload(call);
  const limit = readMaximum(query, 'max-parts', maxListed);
  const marker = Number(query.get('part-number-marker') ?? 0);
  const rest = call.uploads.listParts(upload.id).filter(({ number }) => number > marker);
  const parts = rest.slice(0, limit);
  const isTruncated = rest.length > parts.length;
  return xmlResponse(
    'ListPartsResult',
    [
      formatElement('Bucket', upload.bucket),
      formatElement('Key', upload.key),
      formatElement('UploadId', upload.id),
      formatElement('PartNumberMarker', marker),
      isTruncated ? formatElement('NextPartNumberMarker', parts.at(-1)?.number) : '',
      formatElement('MaxParts', limit),
      formatElement('IsTruncated', isTruncated),
      formatElement('StorageClass', 'STANDARD'),
      formatElement('ChecksumAlgorithm', upload.algorithm?.toUpperCase()),
      formatElement('ChecksumType', upload.checksumType ?? undefined),
      ...parts.map((part) => `<Part>${formatPart(part)}</Part>`),
    ].join(''),
  );
}

function formatPart(part: Part): string {
  return (
    formatElement('PartNumber', part.number) +
    formatElement('LastModified', new Date(part.modified).toISOString()) +
    formatElement('ETag', `"${part.etag}"`) +
    formatElement('Size', part.size) +
    formatPartChecksum(part)
  );
}

function formatPartChecksum({ algorithm, checksum }: Part): string {
  return formatChecksums(algorithm ? { [`x-amz-checksum-${algorithm}`]: checksum ?? '' } : {});
}

/** ListMultipartUploads. */
export function listUploads({ uploads, bucket, request }: BucketCall): WireResponse {
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const limit = readMaximum(query, 'max-uploads', maxListed);
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const rest = uploads
    .list(bucket.name)
    .filter(({ key }) => key.startsWith(prefix))
    .filter(
      ({ key, id }) => key > keyMarker || (key === keyMarker && idMarker !== '' && id > idMarker),
    );
  const page = rest.slice(0, limit);
  const isTruncated = rest.length > page.length;
  return xmlResponse(
    'ListMultipartUploadsResult',
    [
      formatElement('Bucket', bucket.name),
      formatElement('Prefix', prefix),
      formatElement('KeyMarker', keyMarker),
      formatElement('UploadIdMarker', idMarker),
      isTruncated ? formatElement('NextKeyMarker', page.at(-1)?.key) : '',
      isTruncated ? formatElement('NextUploadIdMarker', page.at(-1)?.id) : '',
      formatElement('MaxUploads', limit),
      formatElement('IsTruncated', isTruncated),
      ...page.map((upload) => `<Upload>${formatUpload(upload)}</Upload>`),
    ].join(''),
  );
}

function formatUpload({ key, id, created, algorithm, checksumType }: Upload): string {
  return (
    formatElement('Key', key) +
    formatElement('UploadId', id) +
    formatElement('Initiated', new Date(created).toISOString()) +
    formatElement('StorageClass', 'STANDARD') +
    formatElement('ChecksumAlgorithm', algorithm?.toUpperCase()) +
    formatElement('ChecksumType', checksumType ?? undefined)
  );
}
