import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';
import { contentOf } from './body.ts';
import { listObjects, listVersions } from './listings.ts';
import { deleteObjects } from './objects.ts';
import type { Bucket, ObjectRepository } from './repository.ts';
import { element, elements, xmlAnswer } from './xml.ts';

/** Settings of a bucket that are accepted and change nothing here: there is nobody to keep out. */
const accepted = ['publicAccessBlock', 'encryption', 'policy', 'lifecycle', 'tagging'];

/** What is asked of a bucket as a whole. */
export function bucketRequest(
  repository: ObjectRepository,
  name: string,
  request: WireRequest,
): WireResponse {
  const { method, query } = request;
  const setting = accepted.find((each) => query.has(each));
  if (method === 'PUT' && !setting && !query.has('versioning')) return create(repository, name);
  const bucket = existingBucket(repository, name, method);
  if (method === 'PUT') {
    if (query.has('versioning')) {
      const status = elements(contentOf(request).toString('utf8'), 'Status')[0];
      repository.setVersioned(name, status === 'Enabled');
    }
    return { status: setting === 'policy' ? 204 : 200 };
  }
  if (method === 'HEAD') return { status: 200, headers: { 'x-amz-bucket-region': request.region } };
  if (method === 'POST' && query.has('delete')) return deleteObjects(repository, bucket, request);
  if (method === 'DELETE') return setting ? { status: 204 } : remove(repository, name);
  if (method === 'GET' && query.has('versions')) return listVersions(repository, name, query);
  if (method === 'GET' && query.has('location')) {
    return xmlAnswer('LocationConstraint', request.region);
  }
  if (method === 'GET' && query.has('versioning')) {
    return xmlAnswer(
      'VersioningConfiguration',
      element('Status', bucket.versioned ? 'Enabled' : undefined),
    );
  }
  if (method === 'GET' && !setting) return listObjects(repository, name, query);
  throw new AwsError('NotImplemented', 'The local runtime does not implement this of S3', {
    status: 501,
  });
}

/** The bucket, or the error that S3 answers when there is none. */
export function existingBucket(repository: ObjectRepository, name: string, method: string): Bucket {
  const bucket = repository.bucket(name);
  if (bucket) return bucket;
  if (method === 'HEAD') throw new AwsError('NotFound', '', { status: 404 });
  throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404 });
}

function create(repository: ObjectRepository, name: string): WireResponse {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
  }
  if (repository.bucket(name)) {
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { status: 409 },
    );
  }
  repository.createBucket(name);
  return { status: 200, headers: { location: `/${name}` } };
}

function remove(repository: ObjectRepository, name: string): WireResponse {
  if (!repository.isEmpty(name)) {
    throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
      status: 409,
    });
  }
  repository.deleteBucket(name);
  return { status: 204 };
}
