import type { S3 } from '../shared/service-interfaces.ts';
import type { Store } from '../store/store.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';
import { asAwsError } from '../wire/json.ts';
import * as buckets from './buckets.ts';
import type { BucketCall, Call } from './call.ts';
import { completeUpload } from './complete-upload.ts';
import { copyObject } from './copy.ts';
import { listObjectsV1, listObjectsV2, listVersions } from './listings.ts';
import { deleteObject, deleteObjects, getObject, putObject } from './objects.ts';
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
export function createS3({ store }: { store: Store }): S3 {
  const objects = new ObjectRepository(store);
  const stores = { objects, uploads: new UploadRepository(store) };
  return {
    service: {
      name: 's3',
      protocol: {
        operation: (request) => findOperationName(request),
        failure: (error, { method }) => xmlError(error, method === 'HEAD'),
      },
      claims: ({ signature }) => signature?.service === 's3',
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
