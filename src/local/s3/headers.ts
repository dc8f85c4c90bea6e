import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest } from '../wire/http.ts';
import { invalidArgument } from './errors.ts';
import type { StoredObject } from './repository.ts';

type Headers = WireRequest['headers'];
type StoredHeaders = Readonly<Record<string, string>>;

/** System metadata that S3 stores with an object and returns as headers. */
const systemHeaders = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
]);

/** Storage classes whose objects can be read immediately. The class is stored and returned, and has no other effect. */
const storageClasses = new Set([
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'REDUCED_REDUNDANCY',
  'GLACIER_IR',
]);

/** Maximum size of all names and values of user metadata (bytes). */
const maxMetadataBytes = 2048;

/** Member of the stored headers with the sizes of a multipart object's parts (JSON). It is never a header of a response. */
export const partSizesMember = ':part-sizes';

/**
 * Returns the headers of a request that are stored with its object. Throws an error for values that S3 rejects.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
export function selectStoredHeaders(headers: Headers): StoredHeaders {
  checkAcl(headers['x-amz-acl']);
  const stored: Record<string, string> = { 'x-amz-server-side-encryption': 'AES256' };
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (name.startsWith('x-amz-meta-')) {
      metadataBytes += Buffer.byteLength(name) - 'x-amz-meta-'.length + Buffer.byteLength(value);
      stored[name] = value;
    } else if (systemHeaders.has(name)) {
      stored[name] = value;
    }
  }
  if (metadataBytes > maxMetadataBytes) {
    throw new AwsError(
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
    );
  }
  checkEncryption(stored);
  removeFraming(stored);
  return { ...stored, ...selectStorageClass(headers) };
}

/** Removes `aws-chunked` from the encodings: it is part of the transfer, not of the object. */
function removeFraming(stored: Record<string, string>): void {
  const encodings = (stored['content-encoding'] ?? '').split(',').map((name) => name.trim());
  const own = encodings.filter((name) => name !== '' && name !== 'aws-chunked');
  if (own.length > 0) stored['content-encoding'] = own.join(',');
  else delete stored['content-encoding'];
}

function selectStorageClass(headers: Headers): StoredHeaders {
  const storageClass = headers['x-amz-storage-class'] ?? 'STANDARD';
  if (!storageClasses.has(storageClass)) {
    throw new AwsError(
      'InvalidStorageClass',
      `The storage class you specified is not valid or not implemented by the local runtime: ${storageClass}`,
    );
  }
  return storageClass === 'STANDARD' ? {} : { 'x-amz-storage-class': storageClass };
}

function checkEncryption(stored: Record<string, string>): void {
  const algorithm = stored['x-amz-server-side-encryption'] ?? '';
  if (algorithm === 'AES256' || algorithm === 'aws:kms') return;
  throw invalidArgument(
    'The encryption method specified is not supported',
    'x-amz-server-side-encryption',
    algorithm,
  );
}

/**
 * Throws AccessControlListNotSupported unless the ACL gives all access to the owner: new buckets have no other ACLs.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 */
export function checkAcl(acl: string | undefined): void {
  if (acl === undefined || acl === 'bucket-owner-full-control' || acl === 'private') return;
  throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
}

export function parseStoredHeaders(object: StoredObject): Record<string, string> {
  return JSON.parse(object.headers) as Record<string, string>;
}

/** Returns the encryption headers of the response to a write. */
export function encryptionHeaders(stored: StoredHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stored).filter(([name]) => name.startsWith('x-amz-server-side-encryption')),
  );
}

export function isChecksumHeader(name: string): boolean {
  return name.startsWith('x-amz-checksum-');
}

export function versionHeaders(
  object: Pick<StoredObject, 'version'> | undefined,
): Record<string, string> {
  return object && object.version !== 'null' ? { 'x-amz-version-id': object.version } : {};
}
