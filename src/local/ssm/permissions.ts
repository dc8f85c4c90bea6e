import { requirePermission } from '../iam/permission.ts';
import type { PermissionRule } from '../wire/json.ts';
import { formatParameterArn, parseSelection } from './parameter-name.ts';

/** The permissions that each operation needs. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
export const permissionRules: Readonly<Record<string, PermissionRule>> = {
  PutParameter: ({ Name, Overwrite }) => [
    requirePermission('ssm:PutParameter', resourceArn(Name), () => ({
      'ssm:Overwrite': String(Overwrite === true),
    })),
  ],
  GetParameter: ({ Name }) => [requirePermission('ssm:GetParameter', resourceArn(Name))],
  GetParameters: ({ Names }) =>
    (Array.isArray(Names) ? Names : []).map((name: unknown) =>
      requirePermission('ssm:GetParameters', resourceArn(name)),
    ),
  DeleteParameter: ({ Name }) => [requirePermission('ssm:DeleteParameter', resourceArn(Name))],
};

/** Returns the ARN of the parameter in a name or ARN, without the version that it may select. */
function resourceArn(nameOrArn: unknown): string {
  const [name = ''] = parseSelection(typeof nameOrArn === 'string' ? nameOrArn : '').names;
  return formatParameterArn(name);
}
