import { AwsError } from '../wire/aws-error.ts';

/** Returns the error for a part of a request that S3 has and the runtime does not implement. */
export function notImplemented(message: string, fields: Readonly<Record<string, string>> = {}) {
  return new AwsError('NotImplemented', message, { status: 501, fields });
}

export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequest', message);
}

/** Returns the error for an argument that is not valid. S3 names the argument and its value in elements of their own. */
export function invalidArgument(message: string, name: string, value: string): AwsError {
  return new AwsError('InvalidArgument', message, {
    fields: { ArgumentName: name, ArgumentValue: value },
  });
}

export function preconditionFailed(condition: string): AwsError {
  return new AwsError(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    { status: 412, fields: { Condition: condition } },
  );
}

export function noSuchKey(key: string): AwsError {
  return new AwsError('NoSuchKey', 'The specified key does not exist.', {
    status: 404,
    fields: { Key: key },
  });
}

export function noSuchUpload(id: string): AwsError {
  return new AwsError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { status: 404, fields: { UploadId: id } },
  );
}

export function malformedXml(detail: string): AwsError {
  return new AwsError(
    'MalformedXML',
    `The XML you provided was not well-formed or did not validate against our published schema: ${detail}`,
  );
}
