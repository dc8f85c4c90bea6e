import { AwsError } from './aws-error.ts';
import { memoize } from './memoize.ts';
import { s3SignatureErrors } from './s3-signature-errors.ts';
import {
  foreignKeyMessage,
  type KeyProblem,
  type ScopeProblem,
  type SignatureErrors,
  type Skew,
} from './signature-problems.ts';

/** Returns a service's errors for signatures. `isQuery` is true for a signature in the query. */
export function signatureErrors(service: string, isQuery: boolean): SignatureErrors {
  return service === 's3' ? s3SignatureErrors(isQuery) : commonSignatureErrors(service);
}

/** Names in the query protocol. The JSON protocols have the same names with a suffix, except for two. */
const jsonNames: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: 'InvalidSignatureException',
  InvalidClientTokenId: 'UnrecognizedClientException',
};
const queryServices = ['cloudformation', 'iam', 'sts'];
/** These services refuse signatures with status 400, the others with 403. */
const badRequestServices = ['dynamodb', 'logs', 'ssm'];
const restServices = ['lambda', 'execute-api'];

/** Returns the time format of signatures: `20261129T170000Z`. */
export function formatSigningTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:]|\.\d+/g, '');
}

/**
 * Returns the errors of the services other than S3. Names, texts and status codes come from reports in which users of the services have
 * observed, for example in https://github.com/architect/dynalite/issues/105 (DynamoDB), https://github.com/ex-aws/ex_aws/issues/220
 * (SQS) and https://github.com/hashicorp/terraform-provider-aws/issues/326 (CloudFormation).
 */
const commonSignatureErrors = memoize((service): SignatureErrors => {
  const create = (name: string, message: string) => {
    if (queryServices.includes(service)) {
      return new AwsError(name, message, { status: name === 'IncompleteSignature' ? 400 : 403 });
    }
    const status = badRequestServices.includes(service) ? 400 : 403;
    return new AwsError(jsonNames[name] ?? `${name}Exception`, message, { status });
  };
  const invalid = (message: string) => create('SignatureDoesNotMatch', message);
  return {
    missing: () =>
      create(
        'MissingAuthenticationToken',
        `${restServices.includes(service) ? 'Missing' : 'Request is missing'} Authentication Token`,
      ),
    twoSignatures: () =>
      invalid(
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
      ),
    unsupportedAlgorithm: (algorithm) =>
      create('IncompleteSignature', `Unsupported AWS 'algorithm': '${algorithm}'`),
    incomplete: (message) => create('IncompleteSignature', message),
    scope: (problems) => invalid(problems.map(describeScopeProblem).join(' ')),
    skew: (skew) => invalid(describeSkew(skew)),
    unsignedHost: () =>
      invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
    unsignedHeaders: (names) =>
      invalid(`Headers must be a 'SignedHeader' in the AWS Authorization: ${names.join(', ')}`),
    key: (problem) =>
      problem === 'expired-token'
        ? create('ExpiredToken', 'The security token included in the request is expired')
        : create('InvalidClientTokenId', describeKeyProblem(problem)),
    mismatch: () =>
      invalid(
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and ' +
          'signing method. Consult the service documentation for details.',
      ),
  };
});

function describeKeyProblem(problem: KeyProblem): string {
  return problem === 'foreign-key'
    ? foreignKeyMessage
    : 'The security token included in the request is invalid.';
}

function describeScopeProblem({ element, actual, expected }: ScopeProblem): string {
  switch (element) {
    case 'region':
      return `Credential should be scoped to a valid region, not '${actual}'.`;
    case 'service':
      return `Credential should be scoped to correct service: '${expected}'.`;
    case 'terminator':
      return `Credential should be scoped with a valid terminator: '${expected}', not '${actual}'.`;
    case 'date':
      return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${actual}' != '${expected}'.`;
  }
}

function describeSkew({ signedAt, now, toleranceMs }: Skew): string {
  const minutes = `${toleranceMs / 60_000} min.`;
  const [signed, current] = [formatSigningTime(signedAt), formatSigningTime(now)];
  return signedAt < now
    ? `Signature expired: ${signed} is now earlier than ${formatSigningTime(now - toleranceMs)} (${current} - ${minutes})`
    : `Signature not yet current: ${signed} is still later than ${formatSigningTime(now + toleranceMs)} (${current} + ${minutes})`;
}
