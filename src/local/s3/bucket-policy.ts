import { findPolicyProblem } from '../iam/resource-policy-check.ts';
import { partition } from '../shared/account.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { WireResponse } from '../wire/http.ts';
import { readText } from './body.ts';
import type { BucketCall } from './call.ts';

/** S3's limit for the size of a policy (bytes). */
const maxPolicyBytes = 20 * 1024;

export function putBucketPolicy({ policies, bucket, request }: BucketCall): WireResponse {
  const document = readText(request);
  const arn = formatBucketArn(bucket.name);
  if (Buffer.byteLength(document) > maxPolicyBytes) {
    throw malformedPolicy(`Policies must be at most ${maxPolicyBytes} bytes`);
  }
  const problem = findPolicyProblem(document) ?? findForeignResource(document, arn);
  if (problem !== undefined) throw malformedPolicy(problem);
  policies.put(arn, document);
  return { status: 204 };
}

export function getBucketPolicy({ policies, bucket }: BucketCall): WireResponse {
  const body = policies.read(formatBucketArn(bucket.name));
  if (body !== undefined) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', {
    status: 404,
    fields: { BucketName: bucket.name },
  });
}

export function deleteBucketPolicy({ policies, bucket }: BucketCall): WireResponse {
  policies.remove(formatBucketArn(bucket.name));
  return { status: 204 };
}

export function formatBucketArn(name: string): string {
  return `arn:${partition}:s3:::${name}`;
}

/** Returns a problem if a statement is about another bucket. */
function findForeignResource(document: string, arn: string): string | undefined {
  const { Statement: statements } = JSON.parse(document) as {
    Statement: { Resource?: string | string[] } | { Resource?: string | string[] }[];
  };
  const resources = [statements].flat().flatMap(({ Resource }) => Resource ?? []);
  const isForeign = (resource: string) => resource !== arn && !resource.startsWith(`${arn}/`);
  return resources.some(isForeign) ? 'Policy has invalid resource' : undefined;
}

function malformedPolicy(message: string): AwsError {
  return new AwsError('MalformedPolicy', message);
}
