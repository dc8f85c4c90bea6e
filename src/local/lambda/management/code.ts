import type { S3 } from '../../shared/service-interfaces.ts';
import { checkArchive } from '../code-archive.ts';
import { type Fields, isFields } from '../constraints.ts';
import { invalidParameter } from '../errors.ts';

/**
 * Returns the zipped code of a request, which is in the request itself or in S3. Throws InvalidParameterValueException if there is
 * none or it is not a zip file.
 */
export function readCode(input: unknown, s3: Pick<S3, 'read'> | undefined): Buffer {
  const { ZipFile, S3Bucket, S3Key, ImageUri }: Fields = isFields(input) ? input : {};
  if (ImageUri !== undefined) {
    throw invalidParameter('The local runtime does not implement functions from container images');
  }
  if (typeof ZipFile === 'string') return checked(Buffer.from(ZipFile, 'base64'));
  if (typeof S3Bucket !== 'string' || typeof S3Key !== 'string') {
    throw invalidParameter('Please provide a source for function code.');
  }
  const found = s3?.read(S3Bucket, S3Key);
  if (found) return checked(found);
  throw invalidParameter(
    'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
  );
}

function checked(archive: Buffer): Buffer {
  checkArchive(archive);
  return archive;
}
