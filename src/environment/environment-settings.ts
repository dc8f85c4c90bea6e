/** The settings of an environment, and the form of their values. */
import { isObject } from './project.ts';

/** What is wrong with a value as the end of a sentence, or undefined if it is valid. */
type CheckSetting = (value: unknown) => string | undefined;

const text =
  (pattern: RegExp, form: string): CheckSetting =>
  (value) =>
    // An empty text means that the setting is absent.
    value === '' || (typeof value === 'string' && pattern.test(value))
      ? undefined
      : `must be ${form}`;

const isHttpUrl = (value: unknown) =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

const isParameterValue = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

const checks: Readonly<Record<string, CheckSetting>> = {
  region: text(/^[a-z]{2,}(-[a-z]+)+-\d{1,2}$/, 'an AWS region such as eu-west-1'),
  stack: text(
    /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
    'a stack name: letters, digits and hyphens, a letter first',
  ),
  profile: text(/^[^\s\p{Cc}][^\p{Cc}]*$/u, 'the name of an AWS profile'),
  endpoint: (value) =>
    value === '' || isHttpUrl(value) ? undefined : 'must be a URL such as http://127.0.0.1:4566',
  roleArn: text(
    /^arn:aws(-cn|-us-gov)?:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/,
    'the ARN of a role such as arn:aws:iam::123456789012:role/orders-cloudformation',
  ),
  replay: text(/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/, 'a duration such as 1d'),
  protected: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  parameters: (value) =>
    isObject(value) && Object.values(value).every(isParameterValue)
      ? undefined
      : 'must be an object of template parameters',
};

/** Keys of an environment in the configuration. */
export const environmentKeys: readonly string[] = Object.keys(checks);

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Whether an environment may have this name. It is a part of file names and of commands. */
export const isEnvironmentName = (name: string): boolean => namePattern.test(name);

/** Returns what is wrong with the value of a setting: `must be true or false`; undefined if it is valid or the key is unknown. */
export function findSettingProblem(key: string, value: unknown): string | undefined {
  return Object.hasOwn(checks, key) ? checks[key]?.(value) : undefined;
}
