import type { ResourcePolicies } from '../iam/policy-store.ts';
import { findPolicyProblem } from '../iam/resource-policy-check.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Attributes } from './repository.ts';

/** The policies of queues, by the name of the queue. They are an attribute for clients, but are stored with all other policies. */
export interface QueuePolicies {
  /** Returns the attribute `Policy`; no attribute if the queue has no policy. */
  read(name: string): Attributes;
  /** Replaces the policy if the attributes have one; an empty text removes it. Returns all other attributes. */
  take(name: string, attributes: Attributes): Attributes;
  remove(name: string): void;
}

export function queuePolicies(
  policies: ResourcePolicies,
  arn: (name: string) => string,
): QueuePolicies {
  return {
    read(name) {
      const document = policies.read(arn(name));
      return document === undefined ? {} : { Policy: document };
    },
    take(name, { Policy: document, ...others }) {
      if (document === '') policies.remove(arn(name));
      else if (document !== undefined) policies.put(arn(name), document);
      return others;
    },
    remove: (name) => policies.remove(arn(name)),
  };
}

/** Throws InvalidAttributeValue if the attribute `Policy` is not a valid policy. */
export function checkPolicy({ Policy: document }: Attributes): void {
  const problem = document ? findPolicyProblem(document) : undefined;
  if (problem === undefined) return;
  throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter Policy. ${problem}`);
}
