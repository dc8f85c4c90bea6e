import type { NamedPolicy } from '../../../src/deploy/iam/build-policy.ts';
import { evaluate } from '../../../src/local/iam/evaluate.ts';
import type { Permission } from '../../../src/local/iam/permission.ts';
import { parsePolicy } from '../../../src/local/iam/policy-document.ts';

/** Returns a function that reports whether a user with these policies has a permission. */
export function createDecider(policies: readonly Pick<NamedPolicy, 'document'>[]) {
  const identity = policies.map(({ document }) => parsePolicy(document, 'identity'));
  const caller = { principal: { kind: 'user', name: 'ann' }, arn: undefined } as const;
  return (permission: Permission): boolean =>
    evaluate(caller, permission, { identity, resource: undefined }).outcome === 'allowed';
}
