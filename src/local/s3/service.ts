import type { Objects } from '../service-interfaces.ts';
import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';
import { asAwsError } from '../wire/json.ts';
import { bucketRequest, existingBucket } from './buckets.ts';
import { objectRequest } from './objects.ts';
import { ObjectRepository } from './repository.ts';
import { xmlError } from './xml.ts';

/**
 * S3 with path-style addresses: buckets and objects for deployment artifacts. On the shared port only the scope of
 * the signature tells its requests from those of others, so one without a signature never gets here.
 */
export function createS3({ store }: { store: Store }): Objects {
  const repository = new ObjectRepository(store);
  return {
    service: {
      name: 's3',
      protocol: {
        operation: ({ method }) => method,
        failure: (error, { method }) => xmlError(error, method === 'HEAD'),
      },
      claims: ({ headers }) => headers.authorization?.includes('/s3/aws4_request') ?? false,
      handle(request) {
        try {
          return route(repository, request);
        } catch (error) {
          return xmlError(asAwsError(error), request.method === 'HEAD');
        }
      },
    },
    putBucket(name, { versioned }) {
      if (!repository.bucket(name)) repository.createBucket(name);
      repository.setVersioned(name, versioned);
    },
    deleteBucket(name) {
      if (!repository.bucket(name)) return true;
      if (!repository.isEmpty(name)) return false;
      repository.deleteBucket(name);
      return true;
    },
    read(bucket, key) {
      const found = repository.find(bucket, key);
      return found && !found.marker ? repository.body(found) : undefined;
    },
  };
}

function route(repository: ObjectRepository, request: WireRequest): WireResponse {
  const [, bucket = '', rest = ''] = request.path.split(/^\/([^/]*)\/?/);
  if (bucket === '') {
    throw new AwsError('NotImplemented', 'The local runtime does not list buckets', {
      status: 501,
    });
  }
  const name = decodeURIComponent(bucket);
  if (rest === '') return bucketRequest(repository, name, request);
  const address = {
    bucket: existingBucket(repository, name, request.method),
    key: decodeURIComponent(rest),
  };
  return objectRequest(repository, address, request);
}
