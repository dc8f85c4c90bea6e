import type { Permission } from '../../../src/local/iam/permission.ts';
import type { Principal } from '../../../src/local/iam/principal.ts';

type AuthorizerModule = typeof import('../../../src/local/iam/authorizer.ts');

interface Request {
  readonly principal: Principal;
  readonly permission: Permission;
}

/** All decisions of the authorizers in this process since the last reset, allowed and denied. */
export const decisions: Request[] = [];

/** Returns the module with authorizers that record what they decide. Use: `vi.mock(authorizer.ts, async (load) => record(await load()))`. */
export function recordPermissions(real: AuthorizerModule): AuthorizerModule {
  return {
    ...real,
    createAuthorizer(deps) {
      const authorizer = real.createAuthorizer(deps);
      const authorize: typeof authorizer.authorize = (principal, permission) => {
        decisions.push({ principal, permission });
        return authorizer.authorize(principal, permission);
      };
      return {
        ...authorizer,
        authorize,
        authorizeAll(principal, permissions) {
          const all = permissions.map((permission) => authorize(principal, permission));
          return all.find(({ allowed }) => !allowed) ?? { allowed: true };
        },
      };
    },
  };
}
