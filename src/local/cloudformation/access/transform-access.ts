import { requirePermission } from '../../iam/permission.ts';
import { partition } from '../../shared/account.ts';
import type { AwsError } from '../../wire/aws-error.ts';
import type { FindDenial } from '../../wire/http.ts';
import { isServerless } from '../sam/transform.ts';
import { parseTemplate } from '../templates/template.ts';
import { applyServiceRole } from './service-role.ts';

/**
 * Returns the refusal to expand the Serverless transform of a template; undefined if the template has none. A transform is a resource
 * of AWS's account, and the service role needs the permission if the request or the stack has one.
 */
export function findTransformDenial(
  template: string,
  options: {
    readonly region: string;
    readonly roleArn: string | undefined;
    readonly findDenial: FindDenial | undefined;
  },
): AwsError | undefined {
  const { region, roleArn, findDenial } = options;
  if (!findDenial || !isServerless(parseTemplate(template))) return undefined;
  const transform = `arn:${partition}:cloudformation:${region}:aws:transform/Serverless-2016-10-31`;
  const permission = requirePermission('cloudformation:CreateChangeSet', transform);
  return applyServiceRole(findDenial, roleArn)?.(permission);
}
