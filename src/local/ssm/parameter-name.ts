import { account, partition } from '../shared/account.ts';

const arnPrefix = `arn:${partition}:ssm:us-east-2:${account}:parameter`;

/** A parameter, and the version or label that a request selects (`:3`); an empty selector for the newest version. */
export interface Selection {
  /** The possible names: the ARNs of `/key` and of `key` are equal. */
  readonly names: readonly string[];
  readonly selector: string;
}

/** Returns the ARN of a parameter: the name without its leading slash after `parameter/`. */
export function formatParameterArn(name: string): string {
  return `${arnPrefix}${name.startsWith('/') ? '' : '/'}${name}`;
}

/**
 * Returns the parameter in a name or ARN with an optional version.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
 */
export function parseSelection(text = ''): Selection {
  const isArn = text.startsWith(`${arnPrefix}/`);
  const [, name = '', selector = ''] =
    /^([^:]*)(:.*)?$/s.exec(isArn ? text.slice(arnPrefix.length) : text) ?? [];
  const hasPath = name.lastIndexOf('/') > 0;
  return { names: isArn && !hasPath ? [name, name.slice(1)] : [name], selector };
}
