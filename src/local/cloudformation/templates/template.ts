import { invalid } from '../query-protocol.ts';
import { parseYaml } from './yaml-tags.ts';

export type Fields = Record<string, unknown>;

export interface ParameterDeclaration {
  readonly Type: string;
  readonly Default?: unknown;
  readonly Description?: string;
  readonly NoEcho?: unknown;
  readonly AllowedValues?: readonly unknown[];
  readonly AllowedPattern?: string;
  readonly MinLength?: unknown;
  readonly MaxLength?: unknown;
  readonly MinValue?: unknown;
  readonly MaxValue?: unknown;
  readonly ConstraintDescription?: string;
}

export interface ResourceDeclaration {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties?: Fields;
  readonly Metadata?: Fields;
  /** Embedded connectors of SAM. */
  readonly Connectors?: unknown;
}

/** Resources by logical id. */
export type Resources = Record<string, ResourceDeclaration>;

export interface OutputDeclaration {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

interface RuleDeclaration {
  readonly RuleCondition?: unknown;
  readonly Assertions: readonly {
    readonly Assert: unknown;
    readonly AssertDescription?: string;
  }[];
}

export interface Template {
  readonly Description?: string;
  readonly Transform?: string | readonly string[];
  readonly Globals?: {
    readonly Function?: Fields;
    readonly Api?: Fields;
    readonly SimpleTable?: Fields;
  };
  readonly Parameters?: Readonly<Record<string, ParameterDeclaration>>;
  readonly Rules?: Readonly<Record<string, RuleDeclaration>>;
  readonly Conditions?: Fields;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Fields>>>>;
  readonly Resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly Outputs?: Readonly<Record<string, OutputDeclaration>>;
}

const sections = new Set([
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Transform',
  'Globals',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Resources',
  'Outputs',
]);

/** Returns the parsed template. Throws ValidationError if its structure is not valid; values are not checked. */
export function parseTemplate(text: string): Template {
  const parsed = parseYaml(text);
  if (!isFields(parsed)) throw invalid('Template format error: unsupported structure.');
  const unknown = Object.keys(parsed).find((name) => !sections.has(name));
  if (unknown) {
    throw invalid(`Invalid template property or properties [${unknown}]`);
  }
  const resources = parsed['Resources'];
  if (!isFields(resources) || Object.keys(resources).length === 0) {
    throw invalid('Template format error: At least one Resources member must be defined.');
  }
  for (const [name, resource] of Object.entries(resources)) {
    if (!/^[A-Za-z0-9]+$/.test(name)) {
      throw invalid(`Template format error: Resource name ${name} is non alphanumeric.`);
    }
    if (!isFields(resource) || typeof resource['Type'] !== 'string') {
      throw invalid(
        `Template format error: [/Resources/${name}] Every Resources object must contain a Type member.`,
      );
    }
  }
  return parsed as unknown as Template;
}

/** Returns the capability that a template with IAM resources requires; an empty string without such resources. */
export function requiredCapability({
  Resources,
}: Template): 'CAPABILITY_NAMED_IAM' | 'CAPABILITY_IAM' | '' {
  const iam = Object.values(Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  if (iam.length === 0) return '';
  return iam.some(({ Properties = {} }) => 'RoleName' in Properties)
    ? 'CAPABILITY_NAMED_IAM'
    : 'CAPABILITY_IAM';
}

/** Returns a member of a template's section; undefined if there is none. Ignores inherited properties such as `constructor`. */
export function readMember<T>(
  section: Readonly<Record<string, T>> | undefined,
  name: string,
): T | undefined {
  return section !== undefined && Object.hasOwn(section, name) ? section[name] : undefined;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the name and argument of an intrinsic function, such as `['Ref', 'Name']`; undefined for other values. */
export function parseIntrinsic(value: unknown): [name: string, argument: unknown] | undefined {
  if (!isFields(value)) return undefined;
  const [[name, argument] = [''], ...others] = Object.entries(value);
  const isFunction = name.startsWith('Fn::') || name === 'Ref' || name === 'Condition';
  return isFunction && others.length === 0 ? [name, argument] : undefined;
}
