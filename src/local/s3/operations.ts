/**
 * The operations of S3 that the runtime serves, with the query parameters and headers that each of them serves. All other
 * sub-resources, parameters and headers that change the meaning of a request are rejected by name.
 */
export type Level = 'service' | 'bucket' | 'object';

export interface OperationRow {
  readonly level: Level;
  readonly method: string;
  /** The query parameters, or the header, that distinguish the operation from others of its method. */
  readonly selector?: string;
  readonly query: ReadonlySet<string>;
  readonly headers: ReadonlySet<string>;
}

const set = (...texts: readonly string[]) =>
  new Set(texts.flatMap((text) => text.split(' ')).filter((name) => name !== ''));

/** Headers of any request. The signature and the body's framing need no support, and the rest has no effect in one account. */
const common =
  'x-amz-date x-amz-content-sha256 x-amz-security-token x-amz-user-agent x-amz-expected-bucket-owner ' +
  'x-amz-request-payer x-amz-algorithm x-amz-credential x-amz-signature x-amz-signedheaders x-amz-expires';
const checksums =
  'x-amz-checksum-crc32 x-amz-checksum-crc32c x-amz-checksum-crc64nvme x-amz-checksum-sha1 x-amz-checksum-sha256';
const body = `x-amz-sdk-checksum-algorithm x-amz-decoded-content-length x-amz-trailer ${checksums}`;
const conditions = 'if-match if-none-match if-modified-since if-unmodified-since';
const writeConditions = 'if-match if-none-match';
const storage =
  'x-amz-acl x-amz-storage-class x-amz-server-side-encryption x-amz-server-side-encryption-aws-kms-key-id ' +
  'x-amz-server-side-encryption-bucket-key-enabled';
const copySource =
  'x-amz-copy-source x-amz-copy-source-if-match x-amz-copy-source-if-none-match x-amz-copy-source-if-modified-since ' +
  'x-amz-copy-source-if-unmodified-since x-amz-source-expected-bucket-owner';
const read = `${conditions} range if-range x-amz-checksum-mode`;
const overrides =
  'response-cache-control response-content-disposition response-content-encoding response-content-language ' +
  'response-content-type response-expires';

function row(
  [level, method, selector]: readonly [Level, string, string?],
  query = '',
  headers = '',
): OperationRow {
  return {
    level,
    method,
    ...(selector ? { selector } : {}),
    query: set(query, (selector ?? '').startsWith('x-') ? '' : (selector ?? '')),
    headers: set(common, headers),
  };
}

const settingRows = Object.fromEntries(
  Object.entries({
    BucketPolicy: 'policy',
    BucketEncryption: 'encryption',
    BucketTagging: 'tagging',
    PublicAccessBlock: 'publicAccessBlock',
    BucketLifecycleConfiguration: 'lifecycle',
  }).flatMap(([name, selector]) => [
    [`Put${name}`, row(['bucket', 'PUT', selector], '', body)],
    [`Get${name}`, row(['bucket', 'GET', selector])],
    [
      `Delete${name.replace(/(Lifecycle)Configuration/, '$1')}`,
      row(['bucket', 'DELETE', selector]),
    ],
  ]),
);

export const operations: Readonly<Record<string, OperationRow>> = {
  ListBuckets: row(['service', 'GET'], 'prefix'),
  CreateBucket: row(['bucket', 'PUT'], '', `x-amz-acl x-amz-object-ownership ${body}`),
  HeadBucket: row(['bucket', 'HEAD']),
  DeleteBucket: row(['bucket', 'DELETE']),
  ListObjects: row(['bucket', 'GET'], 'prefix delimiter marker max-keys encoding-type'),
  ListObjectsV2: row(
    ['bucket', 'GET', 'list-type'],
    'prefix delimiter start-after continuation-token max-keys encoding-type fetch-owner',
  ),
  ListObjectVersions: row(
    ['bucket', 'GET', 'versions'],
    'prefix delimiter key-marker version-id-marker max-keys encoding-type',
  ),
  GetBucketLocation: row(['bucket', 'GET', 'location']),
  GetBucketVersioning: row(['bucket', 'GET', 'versioning']),
  PutBucketVersioning: row(['bucket', 'PUT', 'versioning'], '', body),
  DeleteObjects: row(['bucket', 'POST', 'delete'], '', `x-amz-bypass-governance-retention ${body}`),
  ListMultipartUploads: row(
    ['bucket', 'GET', 'uploads'],
    'prefix key-marker upload-id-marker max-uploads encoding-type',
  ),
  ...settingRows,
  PutObject: row(['object', 'PUT'], '', `${body} ${storage} ${writeConditions}`),
  CopyObject: row(
    ['object', 'PUT', 'x-amz-copy-source'],
    '',
    `${copySource} ${storage} ${writeConditions} x-amz-metadata-directive x-amz-tagging-directive x-amz-checksum-algorithm`,
  ),
  GetObject: row(['object', 'GET'], `versionId partNumber ${overrides}`, read),
  HeadObject: row(['object', 'HEAD'], `versionId partNumber ${overrides}`, read),
  DeleteObject: row(
    ['object', 'DELETE'],
    'versionId',
    'if-match x-amz-bypass-governance-retention',
  ),
  CreateMultipartUpload: row(
    ['object', 'POST', 'uploads'],
    '',
    `${storage} x-amz-checksum-algorithm x-amz-checksum-type`,
  ),
  UploadPart: row(['object', 'PUT', 'uploadId'], 'partNumber', body),
  UploadPartCopy: row(
    ['object', 'PUT', 'uploadId x-amz-copy-source'],
    'uploadId partNumber',
    `${copySource} x-amz-copy-source-range`,
  ),
  CompleteMultipartUpload: row(
    ['object', 'POST', 'uploadId'],
    '',
    `${body} ${writeConditions} x-amz-checksum-type x-amz-mp-object-size`,
  ),
  AbortMultipartUpload: row(['object', 'DELETE', 'uploadId']),
  ListParts: row(['object', 'GET', 'uploadId'], 'max-parts part-number-marker encoding-type'),
};

/** Operation by level, method and selector. */
export const operationBySelector: ReadonlyMap<string, string> = new Map(
  Object.entries(operations).map(([name, { level, method, selector = '' }]) => [
    `${level} ${method} ${selector}`,
    name,
  ]),
);

/**
 * The query parameters that select a sub-resource of a bucket or an object, and so another operation.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
export const subResources: ReadonlySet<string> = set(
  'abac accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle',
  'list-type location logging metadataConfiguration metadataInventoryTable metadataJournalTable metadataTable metrics',
  'notification object-lock ownershipControls policy policyStatus publicAccessBlock renameObject replication',
  'requestPayment restore retention select session tagging torrent uploadId uploads versioning versions website',
);

/** Names of operations that do not follow from their method and sub-resource. */
export const irregularNames: Readonly<Record<string, string>> = {
  'POST restore': 'RestoreObject',
  'POST select': 'SelectObjectContent',
  'PUT renameObject': 'RenameObject',
  'PUT object-lock': 'PutObjectLockConfiguration',
  'GET object-lock': 'GetObjectLockConfiguration',
  'GET session': 'CreateSession',
  'PUT notification': 'PutBucketNotificationConfiguration',
  'GET notification': 'GetBucketNotificationConfiguration',
};
