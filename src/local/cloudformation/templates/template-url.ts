import { requirePermission } from '../../iam/permission.ts';
import { partition } from '../../shared/account.ts';
import type { FindDenial } from '../../wire/http.ts';
import { invalid } from '../query-protocol.ts';

/**
 * Returns the object in S3 that a template URL names, with a bucket in the host or in the path. Throws ValidationError for a text that
 * is no URL.
 */
export function parseTemplateUrl(url: string): { readonly bucket: string; readonly key: string } {
  const { hostname, path } = parseUrl(url);
  const [, virtualBucket] = /^(.+)\.s3[.-]/.exec(hostname) ?? [];
  const [first = '', ...rest] = path.split('/');
  return virtualBucket
    ? { bucket: virtualBucket, key: [first, ...rest].join('/') }
    : { bucket: first, key: rest.join('/') };
}

function parseUrl(url: string): { readonly hostname: string; readonly path: string } {
  try {
    const { hostname, pathname } = new URL(url);
    return { hostname, path: decodeURIComponent(pathname.slice(1)) };
  } catch {
    throw invalid('TemplateURL must be a supported URL.');
  }
}

/**
 * Throws ValidationError if the caller may not read the template that a request names: CloudFormation reads it with the caller's
 * permissions, also for a stack with a service role.
 */
export function checkTemplateAccess(form: URLSearchParams, findDenial: FindDenial): void {
  const url = form.get('TemplateURL');
  if (!url || form.get('TemplateBody')) return;
  const { bucket, key } = parseTemplateUrl(url);
  const object = `arn:${partition}:s3:::${bucket}/${key}`;
  if (!findDenial(requirePermission('s3:GetObject', object))) return;
  throw invalid(
    'S3 error: Access Denied\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html',
  );
}
