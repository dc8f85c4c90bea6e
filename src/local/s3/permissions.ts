import { type Permission, requirePermission } from '../iam/permission.ts';
import { partition } from '../shared/account.ts';
import type { WireRequest } from '../wire/http.ts';
import { parseCopySource } from './copy-source.ts';
import type { S3Request } from './routing.ts';

type PermissionRule = (request: S3Request) => readonly Permission[];

/** The permissions that each operation needs. https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
export const permissionRules: Readonly<Record<string, PermissionRule>> = {
  ListBuckets: () => [requirePermission('s3:ListAllMyBuckets', '*')],
  CreateBucket: (request) => [
    ...onBucket('CreateBucket')(request),
    ...(has(request, 'x-amz-acl') ? onBucket('PutBucketAcl')(request) : []),
    ...(has(request, 'x-amz-object-ownership')
      ? onBucket('PutBucketOwnershipControls')(request)
      : []),
  ],
  DeleteBucket: onBucket('DeleteBucket'),
  HeadBucket: onBucket('ListBucket'),
  ListObjects: onBucket('ListBucket'),
  ListObjectsV2: onBucket('ListBucket'),
  ListObjectVersions: onBucket('ListBucketVersions'),
  ListMultipartUploads: onBucket('ListBucketMultipartUploads'),
  GetBucketLocation: onBucket('GetBucketLocation'),
  GetBucketVersioning: onBucket('GetBucketVersioning'),
  PutBucketVersioning: onBucket('PutBucketVersioning'),
  PutBucketPolicy: onBucket('PutBucketPolicy'),
  GetBucketPolicy: onBucket('GetBucketPolicy'),
  DeleteBucketPolicy: onBucket('DeleteBucketPolicy'),
  PutBucketEncryption: onBucket('PutEncryptionConfiguration'),
  GetBucketEncryption: onBucket('GetEncryptionConfiguration'),
  DeleteBucketEncryption: onBucket('PutEncryptionConfiguration'),
  PutBucketTagging: onBucket('PutBucketTagging'),
  GetBucketTagging: onBucket('GetBucketTagging'),
  DeleteBucketTagging: onBucket('PutBucketTagging'),
  PutPublicAccessBlock: onBucket('PutBucketPublicAccessBlock'),
  GetPublicAccessBlock: onBucket('GetBucketPublicAccessBlock'),
  DeletePublicAccessBlock: onBucket('PutBucketPublicAccessBlock'),
  PutBucketLifecycleConfiguration: onBucket('PutLifecycleConfiguration'),
  GetBucketLifecycleConfiguration: onBucket('GetLifecycleConfiguration'),
  DeleteBucketLifecycle: onBucket('PutLifecycleConfiguration'),
  GetObject: onVersion('GetObject'),
  HeadObject: onVersion('GetObject'),
  PutObject: requireWrite,
  CopyObject: (request) => [...requireCopySource(request), ...requireWrite(request)],
  // A policy also needs GetObject for a conditional delete:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
  DeleteObject: (request) => [
    ...onVersion('DeleteObject')(request),
    ...(has(request, 'if-match') ? onVersion('GetObject')(request) : []),
  ],
  // Needs nothing itself: each key is authorized on its own, and a refusal is an element of the result.
  DeleteObjects: () => [],
  CreateMultipartUpload: requireWrite,
  UploadPart: onObject('PutObject'),
  UploadPartCopy: (request) => [...requireCopySource(request), ...onObject('PutObject')(request)],
  CompleteMultipartUpload: requireWrite,
  AbortMultipartUpload: onObject('AbortMultipartUpload'),
  ListParts: onObject('ListMultipartUploadParts'),
};

/** Throws the refusal if the caller may not list a bucket: S3 then hides which keys exist. */
export function checkListable({ findDenial }: WireRequest, bucket: string): void {
  const denial = findDenial?.(requirePermission('s3:ListBucket', formatArn(bucket)));
  if (denial) throw denial;
}

/** Returns the permission to delete an object or one of its versions. */
export function requireDeletion(bucket: string, key: string, version?: string): Permission {
  return requireVersion('DeleteObject', { bucket, key, version });
}

function formatArn(bucket: string, key?: string): string {
  return `arn:${partition}:s3:::${bucket}${key === undefined ? '' : `/${key}`}`;
}

function onBucket(action: string): PermissionRule {
  return (request) => [
    requirePermission(`s3:${action}`, formatArn(request.bucketName), () => readKeys(request)),
  ];
}

function onObject(action: string): PermissionRule {
  return (request) => [
    requirePermission(`s3:${action}`, formatArn(request.bucketName, request.key), () =>
      readKeys(request),
    ),
  ];
}

/** Actions on a version of an object differ from those on the object. */
function onVersion(action: 'GetObject' | 'DeleteObject'): PermissionRule {
  return ({ bucketName: bucket, key, query }) => [
    requireVersion(action, { bucket, key, version: query.get('versionId') ?? undefined }),
  ];
}

function requireVersion(
  action: 'GetObject' | 'DeleteObject',
  { bucket, key, version }: { bucket: string; key: string; version?: string | undefined },
): Permission {
  const resource = formatArn(bucket, key);
  if (version === undefined) return requirePermission(`s3:${action}`, resource);
  return requirePermission(`s3:${action}Version`, resource, () => ({ 's3:VersionId': version }));
}

/** A write with an ACL also needs PutObjectAcl. A write that depends on the present version also needs GetObject. */
function requireWrite(request: S3Request): readonly Permission[] {
  return [
    ...onObject('PutObject')(request),
    ...(has(request, 'x-amz-acl') ? onObject('PutObjectAcl')(request) : []),
    ...(has(request, 'if-match') ? onObject('GetObject')(request) : []),
  ];
}

function requireCopySource({ headers }: S3Request): readonly Permission[] {
  return [requireVersion('GetObject', parseCopySource(headers['x-amz-copy-source'] ?? ''))];
}

function has({ headers }: S3Request, name: string): boolean {
  return headers[name] !== undefined;
}

/** Condition keys that have the value of a parameter or of a header. */
const parameterKeys = ['prefix', 'delimiter', 'max-keys'];
const headerKeys = [
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-server-side-encryption',
  'x-amz-storage-class',
  'if-match',
  'if-none-match',
];

function readKeys({ query, headers }: S3Request) {
  return Object.fromEntries([
    ...parameterKeys.map((name) => [`s3:${name}`, query.get(name) ?? undefined] as const),
    ...headerKeys.map((name) => [`s3:${name}`, headers[name]] as const),
  ]);
}
