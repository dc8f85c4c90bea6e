import { createIam, type Iam } from '../iam/iam.ts';
import type { Permission } from '../iam/permission.ts';
import type { S3 } from '../shared/service-interfaces.ts';
import type { Store } from '../store/store.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';
import { asAwsError } from '../wire/json.ts';
import {
  deleteBucketPolicy,
  formatBucketArn,
  getBucketPolicy,
  putBucketPolicy,
} from './bucket-policy.ts';
import * as buckets from './buckets.ts';
import type { BucketCall, Call } from './call.ts';
import { completeUpload } from './complete-upload.ts';
import { copyObject } from './copy.ts';
import { listObjectsV1, listObjectsV2, listVersions } from './listings.ts';
import { deleteObject, deleteObjects, getObject, putObject } from './objects.ts';
import { permissionRules } from './permissions.ts';
import { ObjectRepository } from './repository.ts';
import { checkRequest, findOperation, parseRequest } from './routing.ts';
import { UploadRepository } from './upload-repository.ts';
import * as uploads from './uploads.ts';
import { xmlError } from './xml.ts';

/** Operations that need no existing bucket. */
const accountHandlers: Readonly<Record<string, (call: Call) => WireResponse>> = {
  ListBuckets: buckets.listBuckets,
  CreateBucket: buckets.createBucket,
};

const handlers: Readonly<Record<string, (call: BucketCall) => WireResponse>> = {
  HeadBucket: buckets.headBucket,
  DeleteBucket: buckets.deleteBucket,
  GetBucketLocation: buckets.getBucketLocation,
  GetBucketVersioning: buckets.getBucketVersioning,
  PutBucketVersioning: buckets.putBucketVersioning,
  PutBucketPolicy: putBucketPolicy,
  GetBucketPolicy: getBucketPolicy,
  DeleteBucketPolicy: deleteBucketPolicy,
  ListObjects: listObjectsV1,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listVersions,
  ListMultipartUploads: uploads.listUploads,
  PutObject: putObject,
  CopyObject: copyObject,
  GetObject: getObject,
  HeadObject: getObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  CreateMultipartUpload: uploads.createUpload,
  UploadPart: uploads.uploadPart,
  UploadPartCopy: uploads.uploadPartCopy,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: uploads.abortUpload,
  ListParts: uploads.listParts,
};

/**
 * Creates the S3 service: buckets and objects with path-style addresses, for deployment artifacts. All services share one
 * port, and only its signature, in the headers or the query, identifies an S3 request. Unsigned requests never reach S3.
 */
export function createS3({
  store,
  iam = createIam({ store }),
}: {
  store: Store;
  /** Policies of buckets. */
  iam?: Pick<Iam, 'resourcePolicies'>;
}): S3 {
  const objects = new ObjectRepository(store);
  const { resourcePolicies: policies } = iam;
  const stores = { objects, uploads: new UploadRepository(store), policies };
  return {
    service: {
      name: 's3',
      protocol: {
        operation: (request) => findOperationName(request),
        failure: (error, { method }) => xmlError(error, method === 'HEAD'),
      },
      claims: ({ signature }) => signature?.service === 's3',
      permissions: (request) => requiredPermissions(objects, request),
      handle(request) {
        try {
          return route(stores, request);
        } catch (error) {
          return xmlError(asAwsError(error), request.method === 'HEAD');
        }
      },
    },
    putBucket(name, { versioned }) {
      if (!objects.findBucket(name)) objects.createBucket(name);
      objects.setVersioned(name, versioned);
    },
    deleteBucket(name) {
      if (!objects.findBucket(name)) return true;
      if (!objects.isEmpty(name)) return false;
      objects.deleteBucket(name);
      policies.remove(formatBucketArn(name));
      return true;
    },
    read(bucket, key, version) {
      const object = objects.findObject(bucket, key, version);
      return object && !object.marker ? objects.readBody(object) : undefined;
    },
  };
}

/** Returns the name of the requested operation; the method if the request cannot be parsed. */
function findOperationName(request: WireRequest): string {
  try {
    return findOperation(parseRequest(request)) || request.method;
  } catch {
    return request.method;
  }
}

/**
 * Returns the permissions that a request needs. A request on a bucket that does not exist needs none: S3 answers NoSuchBucket to
 * everybody, because no account owns the name. Throws the error for a path that cannot be decoded.
 */
function requiredPermissions(
  objects: ObjectRepository,
  wireRequest: WireRequest,
): readonly Permission[] {
  const request = parseRequest(wireRequest);
  const operation = findOperation(request);
  const rule = Object.hasOwn(permissionRules, operation) ? permissionRules[operation] : undefined;
  const needsBucket = !Object.hasOwn(accountHandlers, operation);
  if (!rule || (needsBucket && !objects.findBucket(request.bucketName))) return [];
  return rule(request);
}

function route(stores: Omit<Call, 'request'>, wireRequest: WireRequest): WireResponse {
  const request = parseRequest(wireRequest);
  const operation = findOperation(request);
  checkRequest(request, operation);
  const call = { ...stores, request };
  const handler = accountHandlers[operation];
  if (handler) return handler(call);
  const bucketHandler = handlers[operation] ?? buckets.handleSetting;
  return bucketHandler({ ...call, bucket: buckets.requireBucket(call) });
}
