import { unzipSync } from 'fflate';
import type { Objects } from '../../service-interfaces.ts';
import { type Fields, isFields } from '../constraints.ts';
import { invalid } from '../execution/validation.ts';

/** The zipped code that a request gives, in itself or in S3. Throws InvalidParameterValueException. */
export function codeOf(input: unknown, objects: Pick<Objects, 'read'> | undefined): Buffer {
  const { ZipFile, S3Bucket, S3Key, ImageUri }: Fields = isFields(input) ? input : {};
  if (ImageUri !== undefined) {
    throw invalid('The local runtime does not implement functions that are images');
  }
  if (typeof ZipFile === 'string') return checked(Buffer.from(ZipFile, 'base64'));
  if (typeof S3Bucket !== 'string' || typeof S3Key !== 'string') {
    throw invalid('Please provide a source for function code.');
  }
  const found = objects?.read(S3Bucket, S3Key);
  if (found) return checked(found);
  throw invalid(
    'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
  );
}

function checked(bytes: Buffer): Buffer {
  try {
    if (Object.keys(unzipSync(bytes)).length > 0) return bytes;
  } catch {
    // Told below.
  }
  throw invalid('Could not unzip uploaded file. Please check your file, then try to upload again.');
}
