import { requirePermission } from '../../iam/permission.ts';
import { partition } from '../../shared/account.ts';
import type { S3 } from '../../shared/service-interfaces.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { WireRequest } from '../../wire/http.ts';
import { checkArchive } from '../code-archive.ts';
import { type Fields, isFields } from '../constraints.ts';
import { invalidParameter } from '../errors.ts';

/**
 * Returns the zipped code of a request, which is in the request itself or in S3. Throws InvalidParameterValueException if there is
 * none or it is not a zip file, and AccessDeniedException if the caller may not read the object.
 */
export function readCode(
  input: unknown,
  { s3, findDenial }: { s3: Pick<S3, 'read'> | undefined; findDenial: WireRequest['findDenial'] },
): Buffer {
  const { ZipFile, S3Bucket, S3Key, S3ObjectVersion, ImageUri }: Fields = isFields(input)
    ? input
    : {};
  if (ImageUri !== undefined) {
    throw invalidParameter('The local runtime does not implement functions from container images');
  }
  if (typeof ZipFile === 'string') return checked(Buffer.from(ZipFile, 'base64'));
  if (typeof S3Bucket !== 'string' || typeof S3Key !== 'string') {
    throw invalidParameter('Please provide a source for function code.');
  }
  const version = typeof S3ObjectVersion === 'string' ? S3ObjectVersion : undefined;
  const action = version === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  const object = `arn:${partition}:s3:::${S3Bucket}/${S3Key}`;
  if (findDenial?.(requirePermission(action, object))) throw accessDenied(S3Bucket, S3Key);
  const found = s3?.read(S3Bucket, S3Key, version);
  if (found) return checked(found);
  throw invalidParameter(
    'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
  );
}

function checked(archive: Buffer): Buffer {
  checkArchive(archive);
  return archive;
}

/** https://github.com/awslabs/lambda-streams-to-firehose/issues/21 */
function accessDenied(bucket: string, key: string): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `Your access has been denied by S3, please make sure your request credentials have permission to GetObject for ${bucket}/${key}. ` +
      'S3 Error Code: AccessDenied. S3 Error Message: Access Denied',
    { status: 403 },
  );
}
