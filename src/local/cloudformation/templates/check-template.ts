import { invalid } from '../query-protocol.ts';
import { sortByDependency } from './dependencies.ts';
import { checkFunctions } from './function-arguments.ts';
import { checkParameterType } from './parameter-types.ts';
import { visitReferences } from './references.ts';
import { checkRules } from './rules.ts';
import { isFields, type ResourceDeclaration, type Resources, type Template } from './template.ts';

const resourceAttributes = [
  'Condition',
  'Connectors',
  'DeletionPolicy',
  'DependsOn',
  'Metadata',
  'Properties',
  'Type',
  'UpdateReplacePolicy',
];

/** Attributes of CloudFormation that the local runtime does not implement. */
const unservedAttributes = ['CreationPolicy', 'UpdatePolicy'];

const parameterAttributes = [
  'AllowedPattern',
  'AllowedValues',
  'ConstraintDescription',
  'Default',
  'Description',
  'MaxLength',
  'MaxValue',
  'MinLength',
  'MinValue',
  'NoEcho',
  'Type',
];

const outputAttributes = ['Condition', 'Description', 'Export', 'Value'];

const deletionPolicies = ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'];

const serverless = 'AWS::Serverless-2016-10-31';

/**
 * Throws ValidationError for the first transform, attribute, parameter type or policy that CloudFormation or the local runtime does not
 * know. The template is not transformed yet.
 */
export function checkTemplateNames(template: Template): void {
  const transform = [template.Transform ?? []].flat().find((name) => name !== serverless);
  if (transform !== undefined) throw invalid(`No transform named ${String(transform)} found.`);
  checkRules(template);
  for (const [id, resource] of Object.entries(template.Resources)) {
    const known = isTransformed(resource) ? servedAttributes(resource) : resourceAttributes;
    checkNames(resource, known, (name) => `Invalid template resource property '${name}'`);
    for (const attribute of ['DeletionPolicy', 'UpdateReplacePolicy'] as const) {
      const policy = resource[attribute];
      if (policy === undefined || deletionPolicies.includes(policy)) continue;
      throw invalid(
        `Template format error: Unrecognized ${attribute} ${String(policy)} for resource ${id}`,
      );
    }
  }
  for (const [name, parameter] of Object.entries(template.Parameters ?? {})) {
    checkNames(
      parameter,
      parameterAttributes,
      (attribute) => `Invalid template parameter property '${attribute}'`,
    );
    checkParameterType(name, parameter.Type);
  }
  for (const output of Object.values(template.Outputs ?? {})) {
    const formatError = (name: string) => `Invalid template output property '${name}'`;
    checkNames(output, outputAttributes, formatError);
    checkNames(output.Export ?? {}, ['Name'], formatError);
  }
  checkFunctions(template);
  checkConditions(template);
}

function isTransformed({ Type }: ResourceDeclaration): boolean {
  return Type.startsWith('AWS::Serverless::');
}

/** Returns the names of a resource's attributes, without attributes that CloudFormation knows and this service does not implement. */
function servedAttributes(resource: object): readonly string[] {
  return Object.keys(resource).filter((name) => !unservedAttributes.includes(name));
}

/** Returns the resources of a template before its transform, without the attributes that SAM drops. */
export function dropUnknownAttributes(resources: Readonly<Resources>): Resources {
  const entries = Object.entries(resources).map(([id, resource]) => {
    if (!isTransformed(resource)) return [id, resource] as const;
    const known = Object.entries(resource).filter(([name]) => resourceAttributes.includes(name));
    return [id, Object.fromEntries(known) as unknown as ResourceDeclaration] as const;
  });
  return Object.fromEntries(entries);
}

function checkNames(
  declaration: unknown,
  known: readonly string[],
  formatError: (name: string) => string,
): void {
  if (!isFields(declaration)) throw invalid('Template format error: unsupported structure.');
  const unknown = Object.keys(declaration).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(formatError(unknown));
}

/** Conditions refer only to parameters. */
function checkConditions({ Conditions = {}, Parameters = {} }: Template): void {
  const unknown = new Set<string>();
  visitReferences(Object.values(Conditions), (name) => {
    if (!Object.hasOwn(Parameters, name) && !name.startsWith('AWS::')) unknown.add(name);
  });
  if (unknown.size === 0) return;
  throw invalid(
    `Template format error: Unresolved dependencies [${[...unknown].join(', ')}]. Cannot reference resources in the Conditions block of ` +
      'the template',
  );
}

/** Throws ValidationError if a resource depends on an undeclared resource, on itself, or on a resource that depends on it. */
export function checkDependencies(resources: Readonly<Resources>): void {
  const missing = Object.values(resources)
    .flatMap(({ DependsOn }) => [DependsOn ?? []].flat())
    .filter((id) => !Object.hasOwn(resources, id));
  if (missing.length > 0) {
    throw invalid(
      `Template format error: Unresolved resource dependencies [${[...new Set(missing)].join(', ')}] in the Resources block of the template`,
    );
  }
  sortByDependency(Object.entries(resources));
}
