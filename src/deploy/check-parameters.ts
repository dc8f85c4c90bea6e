/** Checks the values of template parameters before anything is packaged or sent. */
import { isNode } from 'yaml';
import { closestMatch } from '../did-you-mean.ts';
import { UserError } from '../user-error.ts';
import type { TemplateFile } from './template-file.ts';

type Scalar = string | number | boolean;

/** A parameter in the template. */
export interface ParameterDeclaration {
  readonly Type?: string;
  readonly Default?: Scalar;
  readonly NoEcho?: Scalar;
  readonly AllowedValues?: readonly Scalar[];
  readonly AllowedPattern?: string;
  readonly MinLength?: Scalar;
  readonly MaxLength?: Scalar;
  readonly MinValue?: Scalar;
  readonly MaxValue?: Scalar;
  readonly ConstraintDescription?: string;
}

export type ParameterDeclarations = Readonly<Record<string, ParameterDeclaration>>;

/** The text in place of a value that must not be shown. */
export const hiddenValue = '****';

/** Returns the declared parameters of a template. */
export function listParameters({ document }: TemplateFile): ParameterDeclarations {
  const parameters = document.get('Parameters');
  return isNode(parameters) ? (parameters.toJS(document) as ParameterDeclarations) : {};
}

/** Whether the value of a parameter must not be shown. */
export function isHidden({ NoEcho }: ParameterDeclaration): boolean {
  return NoEcho === true || NoEcho === 'true';
}

/**
 * Throws UserError for the first parameter that the template does not declare or whose value violates its constraints.
 * CloudFormation applies the same rules.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
 */
export function checkParameters(
  template: TemplateFile,
  values: Readonly<Record<string, string>>,
): void {
  const declared = listParameters(template);
  const names = Object.keys(declared);
  for (const [name, value] of Object.entries(values)) {
    const declaration = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (!declaration) throw unknownParameter(template, { name, value, names });
    const problem = findProblem(value, declaration);
    if (problem === undefined) continue;
    const shown = isHidden(declaration) ? hiddenValue : `"${value}"`;
    const line = template.findLine(['Parameters', name]);
    const description = declaration.ConstraintDescription;
    throw new UserError(
      `The value ${shown} of ${name} is not valid: ${problem} (${template.at(line)}).`,
      {
        hint: [...(description ? [description] : []), suggestValue(name, declaration)],
        code: 'BadParameter',
        place: { field: name, ...(line === undefined ? {} : { line }) },
      },
    );
  }
}

/** Throws UserError if a parameter without a default has no value, neither given nor in the stack. */
export function checkRequired(template: TemplateFile, known: readonly string[]): void {
  const missing = Object.entries(listParameters(template))
    .filter(([name, { Default }]) => Default === undefined && !known.includes(name))
    .map(([name]) => name);
  const [first] = missing;
  if (first === undefined) return;
  const line = template.findLine(['Parameters', first]);
  const subject =
    missing.length === 1
      ? `The parameter ${first} requires a value`
      : `The parameters ${missing.join(', ')} require values`;
  throw new UserError(`${subject} (${template.at(line)}).`, {
    hint: `orders deploy ${missing.map((name) => `--parameter ${name}=VALUE`).join(' ')}`,
    code: 'BadParameter',
    place: { field: first, ...(line === undefined ? {} : { line }) },
  });
}

function unknownParameter(
  template: TemplateFile,
  { name, value, names }: { name: string; value: string; names: readonly string[] },
): UserError {
  const similar = closestMatch(name, names);
  return new UserError(`${template.at(undefined)} has no parameter ${name}.`, {
    hint: [
      ...(similar ? [`did you mean: --parameter ${similar}=${value}`] : []),
      names.length > 0 ? `parameters: ${names.join(', ')}` : 'the template declares no parameters',
    ],
    code: 'BadParameter',
    place: { field: name },
  });
}

/** Returns a flag with a valid value: the first allowed one, the default or a limit. */
function suggestValue(name: string, declaration: ParameterDeclaration): string {
  const { Default, AllowedValues, MinValue, MaxValue } = declaration;
  const example = Default ?? AllowedValues?.[0] ?? MinValue ?? MaxValue;
  const value = example === undefined || isHidden(declaration) ? 'VALUE' : String(example);
  return `--parameter ${name}=${value}`;
}

/** Returns the constraint that a value violates, as the end of a sentence; undefined if it is valid. */
function findProblem(value: string, declaration: ParameterDeclaration): string | undefined {
  const { Type = 'String', AllowedValues, AllowedPattern } = declaration;
  const members = /^List<|^CommaDelimitedList$/.test(Type)
    ? value.split(',').map((member) => member.trim())
    : [value];
  const isNumeric = Type === 'Number' || Type === 'List<Number>';
  if (isNumeric && members.some((member) => member === '' || Number.isNaN(Number(member)))) {
    return Type === 'Number' ? 'it must be a number' : 'it must be a list of numbers';
  }
  if (AllowedValues) {
    const allowed = AllowedValues.map(String);
    if (members.some((member) => !allowed.includes(member))) {
      return `it must be one of ${allowed.map((option) => option || '""').join(', ')}`;
    }
  }
  if (AllowedPattern && members.some((member) => !matches(member, AllowedPattern))) {
    return `it must match ${AllowedPattern}`;
  }
  return findLimitProblem(value, declaration);
}

function findLimitProblem(
  value: string,
  { Type, MinValue, MaxValue, MinLength, MaxLength }: ParameterDeclaration,
): string | undefined {
  const isBelow = (number: number, limit: Scalar | undefined) =>
    limit !== undefined && number < Number(limit);
  const isAbove = (number: number, limit: Scalar | undefined) =>
    limit !== undefined && number > Number(limit);
  if (Type === 'Number') {
    if (isBelow(Number(value), MinValue)) return `it must be at least ${MinValue}`;
    if (isAbove(Number(value), MaxValue)) return `it must be at most ${MaxValue}`;
  }
  if (isBelow(value.length, MinLength)) return `it needs at least ${MinLength} characters`;
  if (isAbove(value.length, MaxLength)) return `it may have ${MaxLength} characters`;
  return undefined;
}

/** Whether the whole text matches. A pattern that only Java understands is left to CloudFormation. */
function matches(text: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(text);
  } catch {
    return true;
  }
}
