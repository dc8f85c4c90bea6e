import { account } from '../shared/account.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest } from '../wire/http.ts';
import { notImplemented } from './errors.ts';
import {
  irregularNames,
  type Level,
  operationBySelector,
  operations,
  subResources,
} from './operations.ts';

/** An S3 request after its operation was found. */
export interface S3Request extends WireRequest {
  readonly level: Level;
  readonly bucketName: string;
  readonly key: string;
}

/** Maximum length of a key (bytes of UTF-8). */
const maxKeyBytes = 1024;

/**
 * Returns a request with its bucket and key. Headers that a presigned URL has in its query become headers. Checksums are an
 * exception: AWS ignores them in a query (https://github.com/localstack/localstack/issues/12169).
 */
export function parseRequest(request: WireRequest): S3Request {
  const [, bucket = '', rest = ''] = request.path.split(/^\/([^/]*)\/?/);
  const bucketName = decodePath(bucket);
  const key = decodePath(rest);
  if (Buffer.byteLength(key) > maxKeyBytes) {
    throw new AwsError('KeyTooLongError', 'Your key is too long');
  }
  const level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  return { ...request, headers: mergeQueryHeaders(request), level, bucketName, key };
}

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}

function mergeQueryHeaders({ headers, query }: WireRequest): WireRequest['headers'] {
  if (!query.has('X-Amz-Signature')) return headers;
  const hoisted = [...query]
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name.startsWith('x-amz-') && !isChecksum(name));
  return { ...Object.fromEntries(hoisted), ...headers };
}

function isChecksum(name: string): boolean {
  return name.startsWith('x-amz-checksum-') || name === 'x-amz-sdk-checksum-algorithm';
}

/** Returns the name of the requested operation, served or not; an empty string if there is none. */
export function findOperation({ level, method, query, headers }: S3Request): string {
  const selectors = [...query.keys()].filter((name) => subResources.has(name));
  if (headers['x-amz-copy-source'] !== undefined && method === 'PUT') {
    selectors.push('x-amz-copy-source');
  }
  return (
    operationBySelector.get(`${level} ${method} ${selectors.join(' ')}`) ??
    formatOperation({ level, method, selector: selectors[0] ?? '' })
  );
}

function formatOperation(target: { level: Level; method: string; selector: string }): string {
  const { level, method, selector } = target;
  if (selector === '') return '';
  const irregular = irregularNames[`${method} ${selector}`];
  if (irregular) return irregular;
  const capitalize = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  const words = [method.toLowerCase(), level, ...selector.split('-')];
  return words.map(capitalize).join('');
}

/** Checks a request against the table of operations. Throws an error that names the first element that is not served. */
export function checkRequest(request: S3Request, operation: string): void {
  const served = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  if (!served) throw unservedOperation(request, operation);
  const conflicting = [...request.query.keys()].find(
    (name) => !served.query.has(name) && !isIgnoredParameter(name),
  );
  if (conflicting !== undefined) {
    throw notImplemented(
      `The local runtime does not implement the query parameter ${conflicting} of ${operation}`,
      { ArgumentName: conflicting },
    );
  }
  for (const name of Object.keys(request.headers)) {
    if (isChecked(name) && !served.headers.has(name) && !isStoredMetadata(name, operation)) {
      throw notImplemented(
        `A header you provided implies functionality that is not implemented: ${name}`,
        { Header: name },
      );
    }
  }
  checkOwner(request);
}

function unservedOperation({ method, query }: S3Request, operation: string): AwsError {
  if (operation === '') {
    return new AwsError('MethodNotAllowed', 'The specified method is not allowed', {
      status: 405,
      fields: { Method: method },
    });
  }
  const selector = [...query.keys()].find((name) => subResources.has(name)) ?? '';
  return notImplemented(`The local runtime does not implement ${operation} (?${selector})`);
}

/**
 * S3 ignores parameters that start with `x-`, which clients add for access logs. The parameters of signatures also start with it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html#LogFormatCustom
 */
function isIgnoredParameter(name: string): boolean {
  return /^x-/i.test(name);
}

/** Reports whether a header can change what a request does. */
function isChecked(name: string): boolean {
  return name.startsWith('x-amz-') || name.startsWith('if-') || name === 'range';
}

const metadataOperations = new Set(['PutObject', 'CopyObject', 'CreateMultipartUpload']);

function isStoredMetadata(name: string, operation: string): boolean {
  return name.startsWith('x-amz-meta-') && metadataOperations.has(operation);
}

function checkOwner({ headers }: S3Request): void {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    if ((headers[name] ?? account) !== account) {
      throw new AwsError('AccessDenied', 'Access Denied', { status: 403 });
    }
  }
}
