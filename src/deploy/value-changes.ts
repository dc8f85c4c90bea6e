/** The values that a plan changes: parameters, and the properties of resources. */
import type { Parameter, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import { hiddenValue, isHidden, listParameters } from './check-parameters.ts';
import type { TemplateFile } from './template-file.ts';

/** A changed value as text. `before` is absent for a new value, `after` for a removed one. */
export interface ValueChange {
  /** A parameter, or the path of a property such as `Environment.Variables.LOG_LEVEL`. */
  readonly name: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** Names whose values are never shown. */
const secretName = /password|passphrase|secret|credential|(?:api|private|access)[_-]?key|token$/i;

/**
 * Returns the parameters whose values a deployment changes. `current` are the parameters of the stack. Parameters with NoEcho and
 * parameters with the name of a secret are listed without their values.
 */
export function listParameterChanges(
  template: TemplateFile,
  current: readonly Parameter[],
  values: Readonly<Record<string, string>>,
): ValueChange[] {
  const before = new Map(
    current.map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]),
  );
  return Object.entries(listParameters(template)).flatMap(([name, declaration]) => {
    const [old, given] = [before.get(name), values[name]];
    if (given === undefined || given === old) return [];
    const hides = isHidden(declaration) || secretName.test(name);
    const show = (value: string) => (hides ? hiddenValue : value);
    return [{ name, after: show(given), ...(old === undefined ? {} : { before: show(old) }) }];
  });
}

/** Returns the values of parameters with NoEcho, which must not be shown. */
export function listHiddenValues(
  template: TemplateFile,
  values: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(listParameters(template)).flatMap(([name, declaration]) => {
    const value = values[name];
    return value && isHidden(declaration) ? [value] : [];
  });
}

/** Returns the values that a detail of a change set changes, one for each part of an object that differs. */
export function listPropertyValues(
  { Target }: ResourceChangeDetail,
  hidden: readonly string[] = [],
): ValueChange[] {
  if (Target?.Attribute !== 'Properties') return [];
  const { BeforeValue: before, AfterValue: after, Name = '' } = Target;
  if (before === undefined && after === undefined) return [];
  const path = Target.Path?.replace(/^\/Properties\//, '').replaceAll('/', '.') || Name;
  return compareValues(path, parseValue(before), parseValue(after)).map((change) =>
    hideSecrets(change, hidden),
  );
}

/** Parses the JSON of an object or a list. Any other value stays a text. */
function parseValue(text: string | undefined): unknown {
  if (!text || !/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function compareValues(name: string, before: unknown, after: unknown): ValueChange[] {
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      compareValues(`${name}.${key}`, before[key], after[key]),
    );
  }
  const [old, now] = [formatValue(before), formatValue(after)];
  if (old === now) return [];
  return [
    {
      name,
      ...(old === undefined ? {} : { before: old }),
      ...(now === undefined ? {} : { after: now }),
    },
  ];
}

function hideSecrets(change: ValueChange, hidden: readonly string[]): ValueChange {
  const isSecret = (value: string) =>
    secretName.test(change.name) || hidden.some((secret) => value.includes(secret));
  const show = (value: string) => (isSecret(value) ? hiddenValue : value);
  const { before, after } = change;
  return {
    ...change,
    ...(before === undefined ? {} : { before: show(before) }),
    ...(after === undefined ? {} : { after: show(after) }),
  };
}

function formatValue(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
