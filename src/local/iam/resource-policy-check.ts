import { AwsError } from '../wire/aws-error.ts';
import { parsePolicy } from './policy-document.ts';

/** Returns the reason why a resource policy is not valid; undefined if it is valid. */
export function findPolicyProblem(document: string): string | undefined {
  try {
    parsePolicy(document, 'resource');
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
}
