import type { ResourcePolicies } from '../iam/policy-store.ts';
import type { Bucket, ObjectRepository } from './repository.ts';
import type { S3Request } from './routing.ts';
import type { UploadRepository } from './upload-repository.ts';

/** A request to an operation, with the stores that operations use. */
export interface Call {
  readonly objects: ObjectRepository;
  readonly uploads: UploadRepository;
  /** Policies of buckets. */
  readonly policies: ResourcePolicies;
  readonly request: S3Request;
}

/** A request on an existing bucket, or on a key in it. */
export interface BucketCall extends Call {
  readonly bucket: Bucket;
}
