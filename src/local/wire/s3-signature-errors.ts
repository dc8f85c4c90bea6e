import { AwsError } from './aws-error.ts';
import { foreignKeyMessage, type KeyProblem, type SignatureErrors } from './signature-problems.ts';

/**
 * Returns the errors with which S3 refuses signatures; `isQuery` is true for presigned URLs. Names and status codes:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function s3SignatureErrors(isQuery: boolean): SignatureErrors {
  const incomplete = (message: string, fields = {}) =>
    isQuery
      ? new AwsError('AuthorizationQueryParametersError', message, { fields })
      : new AwsError(
          'AuthorizationHeaderMalformed',
          `The authorization header is malformed; ${message}`,
          { fields },
        );
  return {
    missing: () => denied('Access Denied'),
    twoSignatures: () =>
      new AwsError(
        'InvalidArgument',
        'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the ' +
          'Authorization header should be specified',
      ),
    unsupportedAlgorithm: () =>
      new AwsError(
        'InvalidRequest',
        'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
      ),
    incomplete,
    scope([problem]) {
      const { element = 'date', actual = '', expected = '' } = problem ?? {};
      const prefix = isQuery ? 'Error parsing the X-Amz-Credential parameter; ' : '';
      if (element === 'date') {
        return incomplete(
          `${prefix}Invalid credential date "${actual}". This date is not the same as X-Amz-Date: "${expected}".`,
        );
      }
      const fields = element === 'region' ? { Region: expected } : {};
      return incomplete(
        `${prefix}the ${element} '${actual}' is wrong; expecting '${expected}'`,
        fields,
      );
    },
    skew({ signedAt, now, toleranceMs }) {
      if (isQuery) return denied('Request is not valid yet');
      return new AwsError(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        {
          status: 403,
          fields: {
            RequestTime: new Date(signedAt).toISOString(),
            ServerTime: new Date(now).toISOString(),
            MaxAllowedSkewMilliseconds: toleranceMs,
          },
        },
      );
    },
    unsignedHost: () => unsignedHeaders(['host']),
    unsignedHeaders,
    key: keyError,
    mismatch: ({ accessKey, signature, stringToSign, canonicalRequest }) =>
      new AwsError(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
        {
          status: 403,
          fields: {
            AWSAccessKeyId: accessKey,
            StringToSign: stringToSign,
            SignatureProvided: signature,
            CanonicalRequest: canonicalRequest,
          },
        },
      ),
  };
}

/** Returns the error of S3 for a presigned URL that has expired. */
export function s3Expired({ end, now }: { end: number; now: number }): AwsError {
  return denied('Request has expired', {
    Expires: new Date(end).toISOString(),
    ServerTime: new Date(now).toISOString(),
  });
}

function denied(message: string, fields = {}): AwsError {
  return new AwsError('AccessDenied', message, { status: 403, fields });
}

function unsignedHeaders(names: readonly string[]): AwsError {
  return denied('There were headers present in the request which were not signed', {
    HeadersNotSigned: names.join(', '),
  });
}

function keyError(problem: KeyProblem, accessKey: string): AwsError {
  switch (problem) {
    case 'invalid-token':
      return new AwsError('InvalidToken', 'The provided token is malformed or otherwise invalid.');
    case 'expired-token':
      return new AwsError('ExpiredToken', 'The provided token has expired.');
    default:
      return new AwsError(
        'InvalidAccessKeyId',
        problem === 'foreign-key'
          ? foreignKeyMessage
          : 'The AWS Access Key Id you provided does not exist in our records.',
        { status: 403, fields: { AWSAccessKeyId: accessKey } },
      );
  }
}
