import { text } from './intrinsics.ts';
import { invalid } from './query-protocol.ts';
import type { ParameterDeclaration, Template } from './template.ts';

/** One parameter as a caller gives it. */
export interface GivenParameter {
  readonly ParameterKey?: string;
  readonly ParameterValue?: string;
  readonly UsePreviousValue?: string;
}

/** The values of all parameters: given, previous or default; checked against their constraints. */
export function parameterValues(
  { Parameters = {} }: Template,
  given: readonly GivenParameter[],
  previous: Readonly<Record<string, string>>,
): Record<string, string> {
  const unknown = given
    .map((each) => each.ParameterKey ?? '')
    .filter((key) => !Object.hasOwn(Parameters, key));
  if (unknown.length > 0) {
    throw invalid(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  }
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const [key, declaration] of Object.entries(Parameters)) {
    const one = given.find((each) => each.ParameterKey === key);
    const value =
      one?.UsePreviousValue === 'true'
        ? previous[key]
        : (one?.ParameterValue ?? defaultOf(declaration));
    if (value === undefined) missing.push(key);
    else values[key] = value;
  }
  if (missing.length > 0) throw invalid(`Parameters: [${missing.join(', ')}] must have values`);
  for (const [key, value] of Object.entries(values)) {
    const declaration = Parameters[key];
    if (declaration) check(key, value, declaration);
  }
  return values;
}

/** What `!Ref` of a parameter gives: a list for the list types. */
export function parameterReference(declaration: ParameterDeclaration, value: string): unknown {
  const isList = declaration.Type === 'CommaDelimitedList' || declaration.Type.startsWith('List<');
  return isList ? value.split(',').map((each) => each.trim()) : value;
}

function defaultOf({ Default }: ParameterDeclaration): string | undefined {
  if (Default === undefined || Default === null) return undefined;
  return typeof Default === 'string' ? Default : JSON.stringify(Default);
}

function check(key: string, value: string, declaration: ParameterDeclaration): void {
  const { AllowedValues, AllowedPattern, ConstraintDescription: description } = declaration;
  const fail = (message: string) => {
    const text = description
      ? `Parameter ${key} failed to satisfy constraint: ${description}`
      : message;
    return invalid(text);
  };
  if (declaration.Type === 'Number' && (value.trim() === '' || Number.isNaN(Number(value)))) {
    throw invalid(`Parameter '${key}' must be a number.`);
  }
  if (AllowedValues && !AllowedValues.some((each) => String(each) === value)) {
    throw fail(
      `Parameter '${key}' must be one of AllowedValues: [${AllowedValues.map(String).join(', ')}]`,
    );
  }
  if (AllowedPattern && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
    throw fail(`Parameter '${key}' must match pattern ${AllowedPattern}`);
  }
  const number = Number(value);
  const { MinValue, MaxValue, MinLength, MaxLength } = declaration;
  if (MinValue !== undefined && number < Number(MinValue)) {
    throw fail(`Parameter '${key}' must be a number not less than ${text(MinValue)}`);
  }
  if (MaxValue !== undefined && number > Number(MaxValue)) {
    throw fail(`Parameter '${key}' must be a number not greater than ${text(MaxValue)}`);
  }
  if (MinLength !== undefined && value.length < Number(MinLength)) {
    throw fail(`Parameter '${key}' must contain at least ${text(MinLength)} characters`);
  }
  if (MaxLength !== undefined && value.length > Number(MaxLength)) {
    throw fail(`Parameter '${key}' must contain at most ${text(MaxLength)} characters`);
  }
}
