import type { Principal } from '../../iam/principal.ts';
import type { FindDenial } from '../../wire/http.ts';

/** Returns the session in which CloudFormation uses a service role. */
function toSession(roleArn: string): Principal {
  const role = roleArn.split('/').at(-1) ?? '';
  return { kind: 'session', role, session: 'AWSCloudFormation' };
}

/**
 * Returns the function that finds refusals for the handlers of a stack: with a service role, CloudFormation uses only the permissions
 * of that role, otherwise the permissions of the caller. Undefined if access is not controlled.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
 */
export function applyServiceRole(
  findDenial: FindDenial | undefined,
  roleArn: string | undefined,
): FindDenial | undefined {
  if (!findDenial || roleArn === undefined) return findDenial;
  const session = toSession(roleArn);
  return (permission) => findDenial(permission, session);
}
