/** Users of the project's local runtime, whose credentials are limited by policies. */
import type { Credentials } from '../aws/clients.ts';
import { UserError } from '../user-error.ts';
import type { Target } from './target.ts';

/** Creates a user, or replaces its policies. Returns its credentials. Throws UserError if the runtime refuses a policy. */
export async function putLocalUser(
  target: Target,
  name: string,
  policies: readonly object[],
): Promise<Credentials> {
  const { signedFetch } = await import('../aws/signed-fetch.ts');
  const response = await signedFetch(target, `${target.endpoint}/_runtime/users/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ policies }),
    service: 'runtime',
  });
  const answer = (await response.json()) as Credentials & { message?: string };
  if (response.ok) return answer;
  throw new UserError(`The user ${name} was not created: ${answer.message ?? response.status}`, {
    hint: 'orders local status',
    exit: 3,
    code: 'UserRefused',
  });
}
