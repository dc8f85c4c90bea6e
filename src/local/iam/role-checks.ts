import { AwsError } from '../wire/aws-error.ts';
import { limitExceeded } from './errors.ts';
import { parsePolicy } from './policy-document.ts';
import type { Role } from './role-repository.ts';

/** Size limits without white space (characters). https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const maxInlineSize = 10_240;
const maxManagedSize = 6_144;
const maxTrustSize = 2_048;
const maxTags = 50;

/** Throws the error of IAM for a role whose trust policy, session duration or tags are not valid. */
export function checkRole({ trust, maxSessionDuration, tags, name }: Role): void {
  parsePolicy(trust, 'trust');
  if (measure(trust) > maxTrustSize) {
    throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${maxTrustSize}`);
  }
  if (!(maxSessionDuration >= 3_600 && maxSessionDuration <= 43_200)) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${maxSessionDuration}' at 'maxSessionDuration' failed to satisfy ` +
        'constraint: Member must have value between 3600 and 43200',
    );
  }
  if (Object.keys(tags).length > maxTags) {
    throw limitExceeded(`The number of tags has reached the maximum limit for role ${name}.`);
  }
}

export function checkName(member: string, name: string, maxLength: number): void {
  if (/^[\w+=,.@-]+$/.test(name) && name.length <= maxLength) return;
  throw new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: Member must ` +
      `satisfy regular expression pattern: [\\w+=,.@-]+ and have length less than or equal to ${maxLength}`,
  );
}

export function checkPath(path: string): void {
  if (/^\/$|^\/[!-~]+\/$/.test(path) && path.length <= 512) return;
  throw new AwsError(
    'ValidationError',
    `The specified value for path is invalid. It must begin and end with / and contain only alphanumeric ` +
      'characters and/or / characters.',
  );
}

/** Returns the number of characters that count for a limit: white space does not. */
function measure(document: string): number {
  return document.replaceAll(/\s/g, '').length;
}

/** Throws LimitExceeded if the inline policies of a role are too large together. */
export function checkInlineSize(role: string, documents: readonly string[]): void {
  const size = documents.reduce((sum, document) => sum + measure(document), 0);
  if (size <= maxInlineSize) return;
  throw limitExceeded(`Maximum policy size of ${maxInlineSize} bytes exceeded for role ${role}`);
}

/** Throws LimitExceeded if a managed policy is too large. */
export function checkManagedSize(document: string): void {
  if (measure(document) <= maxManagedSize) return;
  throw limitExceeded(`Cannot exceed quota for PolicySize: ${maxManagedSize}`);
}
