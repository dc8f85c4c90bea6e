import { AwsError } from '../wire/aws-error.ts';
import type { WireResponse } from '../wire/http.ts';
import { checksumHeaders } from './body.ts';
import type { BucketCall } from './call.ts';
import { computeChecksum, parseAlgorithm } from './checksums.ts';
import { checkReadConditions, checkWriteConditions } from './conditions.ts';
import { parseCopySource } from './copy-source.ts';
import { invalidArgument, invalidRequest, noSuchKey, preconditionFailed } from './errors.ts';
import {
  encryptionHeaders,
  isChecksumHeader,
  parseStoredHeaders,
  partSizesMember,
  selectStoredHeaders,
  versionHeaders,
} from './headers.ts';
import { checkListable } from './permissions.ts';
import type { StoredObject } from './repository.ts';
import { formatChecksums, formatElement, xmlResponse } from './xml.ts';

const conditionPrefix = 'x-amz-copy-source-';

interface CopySource {
  readonly bucket: string;
  readonly object: StoredObject;
  /** Header with the version of the source. */
  readonly headers: Record<string, string>;
}

/**
 * CopyObject: copies an object within or between buckets.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export function copyObject(call: BucketCall): WireResponse {
  const { objects, bucket, request } = call;
  const { headers, key } = request;
  const source = findCopySource(call);
  const replaces = isReplacing(headers['x-amz-metadata-directive']);
  checkSelfCopy(call, source, replaces);
  checkWriteConditions(objects.findObject(bucket.name, key), headers, key);
  const body = objects.readBody(source.object);
  const requested = selectStoredHeaders(headers);
  const algorithm = headers['x-amz-checksum-algorithm'];
  const stored = {
    ...selectInherited(source.object, replaces),
    ...selectOwnHeaders(requested, replaces),
    ...(algorithm ? checksumHeaders(computeChecksum(parseAlgorithm(algorithm), body)) : {}),
  };
  const object = objects.putObject(bucket, key, { body, headers: stored });
  const response = xmlResponse(
    'CopyObjectResult',
    formatElement('LastModified', new Date(object.modified).toISOString()) +
      formatElement('ETag', `"${object.etag}"`) +
      formatChecksums(stored),
  );
  return {
    ...response,
    headers: {
      ...response.headers,
      ...source.headers,
      ...encryptionHeaders(stored),
      ...versionHeaders(object),
    },
  };
}

/**
 * Returns the headers of the source that its copy keeps. The checksum of an object in parts is lost, as its parts are, and the
 * request determines its storage class and encryption.
 */
function selectInherited(source: StoredObject, replaces: boolean): Record<string, string> {
  const { [partSizesMember]: parts, ...headers } = parseStoredHeaders(source);
  const entries = Object.entries(headers).filter(([name]) =>
    isChecksumHeader(name) ? !parts : !replaces && !isFromRequest(name),
  );
  return Object.fromEntries(entries);
}

function isFromRequest(name: string): boolean {
  return /^x-amz-(storage-class|server-side-encryption)/.test(name);
}

function isReplacing(directive = 'COPY'): boolean {
  if (directive === 'COPY' || directive === 'REPLACE') return directive === 'REPLACE';
  throw invalidArgument('Unknown metadata directive.', 'x-amz-metadata-directive', directive);
}

/** The storage class and the encryption of a copy come from the request with both directives. */
function selectOwnHeaders(
  requested: Readonly<Record<string, string>>,
  replaces: boolean,
): Record<string, string> {
  const entries = Object.entries(requested).filter(([name]) => replaces || isFromRequest(name));
  return Object.fromEntries(entries);
}

function checkSelfCopy(
  { bucket, request }: BucketCall,
  source: CopySource,
  replaces: boolean,
): void {
  const { headers } = request;
  const changes =
    replaces ||
    headers['x-amz-storage-class'] !== undefined ||
    headers['x-amz-server-side-encryption'] !== undefined ||
    source.headers['x-amz-copy-source-version-id'] !== undefined;
  if (changes || source.bucket !== bucket.name || source.object.key !== request.key) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

/** Returns the source of CopyObject or UploadPartCopy. Throws if it does not exist or a condition on it does not hold. */
export function findCopySource({ objects, request }: BucketCall): CopySource {
  const { headers } = request;
  const { bucket, key, version } = parseCopySource(headers['x-amz-copy-source'] ?? '');
  if (!objects.findBucket(bucket)) {
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
      status: 404,
      fields: { BucketName: bucket },
    });
  }
  const object = objects.findObject(bucket, key, version);
  if (!object || object.marker) checkListable(request, bucket);
  if (!object && version !== undefined) {
    throw new AwsError('NoSuchVersion', 'The specified version does not exist.', { status: 404 });
  }
  if (!object) throw noSuchKey(key);
  if (object.marker && version !== undefined) {
    throw invalidRequest(
      'The source of a copy request may not specifically refer to a delete marker by version id.',
    );
  }
  if (object.marker) throw noSuchKey(key);
  if (!checkReadConditions(object, headers, conditionPrefix)) {
    throw preconditionFailed(`${conditionPrefix}if-none-match or if-modified-since`);
  }
  const { 'x-amz-version-id': id } = versionHeaders(object);
  return { bucket, object, headers: id ? { 'x-amz-copy-source-version-id': id } : {} };
}
