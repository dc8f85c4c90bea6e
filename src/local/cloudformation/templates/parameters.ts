import { withPattern } from '../../shared/linear-regexp.ts';
import { invalid } from '../query-protocol.ts';
import { toText } from './intrinsics.ts';
import { isListType } from './parameter-types.ts';
import { type ParameterDeclaration, readMember, type Template } from './template.ts';

/** A parameter in a request. */
export interface ParameterInput {
  readonly ParameterKey?: string;
  readonly ParameterValue?: string;
  readonly UsePreviousValue?: string;
}

/**
 * Returns the values of all parameters: from the request, the previous deployment or the default. Throws ValidationError if a
 * value is missing or violates its constraints.
 */
export function resolveParameters(
  { Parameters = {} }: Template,
  inputs: readonly ParameterInput[],
  previous: Readonly<Record<string, string>>,
): Record<string, string> {
  const unknown = inputs
    .map((input) => input.ParameterKey ?? '')
    .filter((key) => !Object.hasOwn(Parameters, key));
  if (unknown.length > 0) {
    throw invalid(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  }
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const [key, declaration] of Object.entries(Parameters)) {
    const input = inputs.find(({ ParameterKey }) => ParameterKey === key);
    const value =
      input?.UsePreviousValue === 'true'
        ? readMember(previous, key)
        : (input?.ParameterValue ?? formatDefault(declaration));
    if (value === undefined) missing.push(key);
    else values[key] = value;
  }
  if (missing.length > 0) throw invalid(`Parameters: [${missing.join(', ')}] must have values`);
  for (const [key, value] of Object.entries(values)) {
    const declaration = Parameters[key];
    if (declaration) checkConstraints(key, value, declaration);
  }
  return values;
}

/** Returns the value of `!Ref` for a parameter: a list for the list types, otherwise the text. */
export function toReferenceValue(declaration: ParameterDeclaration, value: string): unknown {
  return isListType(declaration.Type) ? value.split(',').map((member) => member.trim()) : value;
}

function formatDefault({ Default }: ParameterDeclaration): string | undefined {
  if (Default === undefined || Default === null) return undefined;
  return typeof Default === 'string' ? Default : JSON.stringify(Default);
}

/** Returns whether a whole value matches. Throws ValidationError if the pattern is malformed or takes too long. */
function matchesPattern(key: string, source: string, value: string): boolean {
  try {
    return withPattern(`^(?:${source})$`, '', (pattern) => pattern.test(value));
  } catch {
    throw invalid(
      `Template error: the AllowedPattern of parameter '${key}' cannot be used: ${source}`,
    );
  }
}

function checkConstraints(key: string, value: string, declaration: ParameterDeclaration): void {
  const { AllowedValues, AllowedPattern, ConstraintDescription: description } = declaration;
  const fail = (message: string) => {
    const text = description
      ? `Parameter ${key} failed to satisfy constraint: ${description}`
      : message;
    return invalid(text);
  };
  if (isListType(declaration.Type)) {
    // Each member of a list has to satisfy the constraints.
    const Type = declaration.Type === 'List<Number>' ? 'Number' : 'String';
    const member = { ...declaration, Type };
    for (const text of value.split(',')) checkConstraints(key, text.trim(), member);
    return;
  }
  if (declaration.Type === 'Number' && (value.trim() === '' || Number.isNaN(Number(value)))) {
    throw invalid(`Parameter '${key}' must be a number.`);
  }
  if (AllowedValues && !AllowedValues.some((allowed) => String(allowed) === value)) {
    throw fail(
      `Parameter '${key}' must be one of AllowedValues: [${AllowedValues.map(String).join(', ')}]`,
    );
  }
  if (AllowedPattern && !matchesPattern(key, AllowedPattern, value)) {
    throw fail(`Parameter '${key}' must match pattern ${AllowedPattern}`);
  }
  const number = Number(value);
  const { MinValue, MaxValue, MinLength, MaxLength } = declaration;
  if (MinValue !== undefined && number < Number(MinValue)) {
    throw fail(`Parameter '${key}' must be a number not less than ${toText(MinValue)}`);
  }
  if (MaxValue !== undefined && number > Number(MaxValue)) {
    throw fail(`Parameter '${key}' must be a number not greater than ${toText(MaxValue)}`);
  }
  if (MinLength !== undefined && value.length < Number(MinLength)) {
    throw fail(`Parameter '${key}' must contain at least ${toText(MinLength)} characters`);
  }
  if (MaxLength !== undefined && value.length > Number(MaxLength)) {
    throw fail(`Parameter '${key}' must contain at most ${toText(MaxLength)} characters`);
  }
}
