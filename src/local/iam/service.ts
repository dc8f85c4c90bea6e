import { account, partition } from '../shared/account.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Protocol, Service, UnverifiedRequest } from '../wire/http.ts';
import { asAwsError } from '../wire/json.ts';
import { createQueryResponses, parseForm } from '../wire/query-xml.ts';
import { type Permission, requestTagConditions, requirePermission } from './permission.ts';
import { type Form, readTags, roleActions } from './role-actions.ts';
import type { Roles } from './roles.ts';

const { resultResponse, errorResponse } = createQueryResponses(
  'https://iam.amazonaws.com/doc/2010-05-08/',
);

const version = '2010-05-08';

/** Creates the IAM service: roles and managed policies, as far as tutorials for Lambda need them. */
export function createIamService(roles: Roles): { readonly service: Service } {
  const protocol: Protocol = {
    operation: (request) => parseForm(request).get('Action') ?? '',
    failure: errorResponse,
  };
  return {
    service: {
      name: 'iam',
      protocol,
      claims,
      permissions: (request) => listPermissions(roles, parseForm(request)),
      handle(request) {
        try {
          const form = parseForm(request);
          const name = form.get('Action') ?? '';
          const action = Object.hasOwn(roleActions, name) ? roleActions[name] : undefined;
          if (!action) {
            throw new AwsError(
              'InvalidAction',
              `The local runtime does not implement ${name} of IAM`,
            );
          }
          rejectUnknown(form, name, action.parameters);
          return resultResponse(name, action.run(roles, form));
        } catch (error) {
          return errorResponse(asAwsError(error));
        }
      },
    },
  };
}

function claims(request: UnverifiedRequest): boolean {
  const { headers, method, path, signature } = request;
  if (signature?.service !== undefined) return signature.service === 'iam';
  if (path !== '/' || method !== 'POST' || headers['x-amz-target'] !== undefined) return false;
  return parseForm(request).get('Version') === version;
}

/** The rest of a key of a list: of texts, or of tags. */
const listMember = /^member\.\d+(\.(Key|Value))?$/;

/** Throws the error for a parameter that the runtime does not implement. Members of a list have names such as `Tags.member.1.Key`. */
function rejectUnknown(form: Form, action: string, parameters: readonly string[]): void {
  const known = new Set(['Action', 'Version', ...parameters]);
  const unknown = [...form.keys()].find((key) => {
    const [name = '', ...path] = key.split('.');
    const isMember = path.length === 0 || listMember.test(path.join('.'));
    return !/^x-amz-/i.test(name) && !(known.has(name) && isMember);
  });
  if (unknown === undefined) return;
  throw new AwsError(
    'ValidationError',
    `The local runtime does not implement the parameter ${unknown} of ${action}`,
  );
}

/**
 * Returns the permission of a request: its action on the role, or on the policy.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
function listPermissions(roles: Roles, form: Form): readonly Permission[] {
  const action = form.get('Action') ?? '';
  if (!Object.hasOwn(roleActions, action)) return [];
  const tags = readTags(form);
  return [
    requirePermission(`iam:${action}`, findResource(roles, action, form), () =>
      requestTagConditions(tags),
    ),
  ];
}

function findResource(roles: Roles, action: string, form: Form): string {
  const role = form.get('RoleName');
  const path = form.get('Path') ?? '/';
  const arn = `arn:${partition}:iam::${account}`;
  if (role !== null) return roles.find(role)?.arn ?? `${arn}:role${path}${role}`;
  const policy = form.get('PolicyArn');
  if (policy !== null) return policy;
  if (action === 'CreatePolicy') return `${arn}:policy${path}${form.get('PolicyName') ?? ''}`;
  return `${arn}:role${form.get('PathPrefix') ?? '/'}`;
}
