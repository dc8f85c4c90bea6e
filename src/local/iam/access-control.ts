import type { Service, WireRequest, WireResponse } from '../wire/http.ts';
import { asAwsError } from '../wire/json.ts';
import { AccessDenied } from './access-denied.ts';
import type { Authorizer } from './authorizer.ts';
import type { Permission } from './permission.ts';
import type { Principal } from './principal.ts';

/**
 * Returns a service that refuses a request if its caller lacks a permission. The order of the checks is that of AWS: the signature, the
 * serialization of the body, the permissions, and then everything that the operation itself checks, existence included. Throws if the
 * service of AWS does not list permissions.
 */
export function controlAccess(service: Service, authorizer: Authorizer): Service {
  const { protocol } = service;
  if (!protocol) return service;
  if (!service.permissions) throw new Error(`${service.name} does not list permissions`);
  return {
    ...service,
    handle(request: WireRequest): WireResponse | Promise<WireResponse> {
      const findDenial = (permission: Permission, principal: Principal = request.caller) => {
        const decision = authorizer.authorize(principal, permission);
        return decision.allowed
          ? undefined
          : new AccessDenied(principal, permission, decision.reason);
      };
      try {
        for (const permission of service.permissions?.(request) ?? []) {
          const denial = findDenial(permission);
          if (denial) return protocol.failure(denial, request);
        }
      } catch (error) {
        return protocol.failure(asAwsError(error), request);
      }
      return service.handle({ ...request, findDenial });
    },
  };
}
