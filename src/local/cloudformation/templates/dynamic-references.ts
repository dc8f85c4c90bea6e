import { requirePermission } from '../../iam/permission.ts';
import type { ParameterStore } from '../../shared/parameter-interfaces.ts';
import type { FindDenial } from '../../wire/http.ts';
import { invalid } from '../query-protocol.ts';
import { isFields } from './template.ts';

/** Returns the value of an SSM parameter. Throws ValidationError if it cannot be used, or AccessDenied without the permission. */
export type ReadParameter = (name: string, version?: number) => string;

const reference = /\{\{resolve:([^:}]+):([^}]*)\}\}/g;

/**
 * Returns a value in which the dynamic references to SSM parameters are replaced. Throws ValidationError for a reference to another
 * service. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html
 */
export function resolveDynamicReferences(value: unknown, read: ReadParameter): unknown {
  if (typeof value === 'string') {
    return value.includes('{{resolve:') ? resolveText(value, read) : value;
  }
  if (Array.isArray(value)) return value.map((member) => resolveDynamicReferences(member, read));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, resolveDynamicReferences(member, read)]),
  );
}

function resolveText(text: string, read: ReadParameter): string {
  return text.replace(reference, (whole, service: string, key: string) => {
    if (service !== 'ssm') {
      throw invalid(
        service === 'ssm-secure'
          ? `SSM Secure reference is not supported in: [${whole}]`
          : `The local runtime does not implement the dynamic reference ${whole}`,
      );
    }
    const [, name = '', version] = /^([a-zA-Z0-9_.\-/]+)(?::(\d+))?$/.exec(key) ?? [];
    if (!name) throw invalid(`Incorrect format is used in the following SSM reference: [${whole}]`);
    return read(name, version === undefined ? undefined : Number(version));
  });
}

/**
 * Returns a function that reads parameters for a stack. `findDenial` is absent if access is not controlled. Without a parameter store,
 * no parameter exists.
 */
export function parameterReader(
  store: ParameterStore | undefined,
  findDenial: FindDenial | undefined,
): ReadParameter {
  return (name, version) => {
    const arn = store?.arn(name);
    const denial = arn && findDenial?.(requirePermission('ssm:GetParameters', arn));
    if (denial) throw denial;
    const found = store?.read(name, version);
    if (!found) {
      const selected = version === undefined ? name : `${name}:${version}`;
      throw invalid(`Parameters: [${selected}] cannot be found.`);
    }
    if (found.type === 'SecureString') {
      throw invalid(
        `Parameters [${name}] referenced by template have types not supported by CloudFormation.`,
      );
    }
    return found.value;
  };
}
