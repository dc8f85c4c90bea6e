import type { Service, WireRequest, WireResponse } from '../wire/http.ts';
import { asAwsError } from '../wire/json.ts';
import type { Credentials } from './credentials.ts';
import { malformed } from './errors.ts';
import type { Iam } from './iam.ts';
import { parsePolicy } from './policy-document.ts';
import type { Users } from './users.ts';

interface UserServiceDeps {
  readonly users: Users;
  readonly iam: Pick<Iam, 'noteChange'>;
  readonly credentials: Pick<Credentials, 'forUser'>;
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html */
const userPath = /^\/_runtime\/users\/([\w+=,.@-]{1,64})$/;

/**
 * Creates the service that creates users: `PUT /_runtime/users/NAME` with `{"policies": [...]}` replaces the policies of a user and
 * returns its credentials. It belongs to the runtime, not to AWS.
 */
export function createUserService({ users, iam, credentials }: UserServiceDeps): Service {
  const putUser = ({ path, body }: WireRequest): WireResponse => {
    const [, name = ''] = userPath.exec(path) ?? [];
    const policies = parsePolicies(body.toString('utf8'));
    iam.noteChange();
    users.put(name, policies);
    return jsonResponse(200, credentials.forUser(name));
  };
  return {
    name: 'users',
    claims: ({ method, path }) => method === 'PUT' && userPath.test(path),
    handle(request) {
      try {
        return putUser(request);
      } catch (error) {
        const { status, message } = asAwsError(error);
        return jsonResponse(status, { message });
      }
    },
  };
}

/** Returns the policy documents in a request. Throws MalformedPolicyDocument if one is not valid. */
function parsePolicies(text: string): readonly unknown[] {
  let policies: unknown;
  try {
    ({ policies } = JSON.parse(text) as { policies?: unknown });
  } catch {
    throw malformed('The request body must be {"policies": [...]}.');
  }
  if (!Array.isArray(policies)) throw malformed('The request body must be {"policies": [...]}.');
  for (const policy of policies) parsePolicy(policy, 'identity');
  return policies;
}

function jsonResponse(status: number, body: object): WireResponse {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: JSON.stringify(body) };
}
