import { account, partition } from '../shared/account.ts';
import { evaluateCondition, noValue, resolve, type Scope } from './intrinsics.ts';
import { toReferenceValue } from './parameters.ts';
import { invalid } from './query-protocol.ts';
import { checkConditionCycles, visitReferences } from './references.ts';
import { expandServerless } from './sam-transform.ts';
import type { ResourceState, StackState } from './stack-repository.ts';
import { checkResourceTypes } from './supported-types.ts';
import {
  type Fields,
  parseTemplate,
  type ResourceDeclaration,
  readMember,
  type Template,
} from './template.ts';

export interface ResolvedTemplateOptions {
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly stack: Pick<StackState, 'id' | 'name' | 'region'>;
  /** Exports of other stacks: name -> value. */
  readonly exports?: ReadonlyMap<string, string>;
}

/** A template with values for its parameters. Resolves the order, properties and outputs of its resources. */
export class ResolvedTemplate {
  readonly template: Template;
  readonly #pseudo: Readonly<Record<string, unknown>>;
  readonly #parameters: Readonly<Record<string, string>>;
  readonly #exports: ReadonlyMap<string, string>;
  /** Names of the exports that the template has read from other stacks. */
  readonly imports = new Set<string>();

  constructor({ template, parameters, stack, exports = new Map() }: ResolvedTemplateOptions) {
    this.#exports = exports;
    this.template = expandServerless(parseTemplate(template));
    checkResourceTypes(this.template);
    this.#parameters = parameters;
    this.#pseudo = {
      'AWS::Region': stack.region,
      'AWS::AccountId': account,
      'AWS::Partition': partition,
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack.name,
      'AWS::StackId': stack.id,
      'AWS::NotificationARNs': [],
      'AWS::NoValue': noValue,
    };
    this.#checkReferences();
    checkConditionCycles(this.template);
  }

  /** Returns the resources whose conditions are true, in dependency order. Throws ValidationError for a cycle. */
  ordered(): [id: string, resource: ResourceDeclaration][] {
    const scope = this.scope(() => undefined);
    const active = Object.entries(this.template.Resources).filter(
      ([, { Condition }]) => Condition === undefined || evaluateCondition(Condition, scope),
    );
    const declared = new Map(active);
    const ordered = new Map<string, ResourceDeclaration>();
    const visit = (id: string, path: readonly string[]): void => {
      const resource = declared.get(id);
      if (!resource || ordered.has(id)) return;
      if (path.includes(id)) {
        throw invalid(`Circular dependency between resources: [${path.join(', ')}]`);
      }
      const next = [...path, id];
      for (const other of [resource.DependsOn ?? []].flat()) visit(other, next);
      visitReferences(resource.Properties, (name) => visit(name, next));
      ordered.set(id, resource);
    };
    for (const [id] of active) visit(id, []);
    return [...ordered];
  }

  /** Returns the properties of a resource with all intrinsics resolved. `find` returns the resources that exist. */
  properties(
    resource: ResourceDeclaration,
    find: (id: string) => Pick<ResourceState, 'physicalId' | 'attributes'> | undefined,
  ): Fields {
    return resolve(resource.Properties ?? {}, this.scope(find)) as Fields;
  }

  outputs(find: (id: string) => ResourceState | undefined): StackState['outputs'] {
    const scope = this.scope(find);
    return Object.entries(this.template.Outputs ?? {})
      .filter(([, { Condition }]) => Condition === undefined || evaluateCondition(Condition, scope))
      .map(([key, { Value, Description, Export }]) => ({
        key,
        value: String(resolve(Value, scope)),
        ...(Description ? { description: Description } : {}),
        ...(Export ? { exportName: String(resolve(Export.Name, scope)) } : {}),
      }));
  }

  scope(find: (id: string) => Pick<ResourceState, 'physicalId' | 'attributes'> | undefined): Scope {
    return {
      template: this.template,
      ref: (name) => {
        if (Object.hasOwn(this.#pseudo, name)) return this.#pseudo[name];
        const declaration = readMember(this.template.Parameters, name);
        const value = readMember(this.#parameters, name);
        if (declaration && value !== undefined) return toReferenceValue(declaration, value);
        return Object.hasOwn(this.template.Resources, name) ? find(name)?.physicalId : undefined;
      },
      importedValue: (name) => {
        this.imports.add(name);
        return this.#exports.get(name);
      },
      attribute: (id, name) => {
        const value = readMember(find(id)?.attributes, name);
        if (value !== undefined) return value;
        const type = readMember(this.template.Resources, id)?.Type ?? '';
        throw invalid(
          `Template error: resource ${id} does not support attribute type ${name} in Fn::GetAtt (${type})`,
        );
      },
    };
  }

  #checkReferences(): void {
    const { Resources, Parameters = {}, Outputs } = this.template;
    this.#checkConditionNames('Resources', Resources);
    this.#checkConditionNames('Outputs', Outputs ?? {});
    const missing = new Set<string>();
    visitReferences([Object.values(Resources), Outputs ?? {}], (name) => {
      const known = Object.hasOwn(Resources, name) || Object.hasOwn(Parameters, name);
      if (!known && !name.startsWith('AWS::')) missing.add(name);
    });
    if (missing.size === 0) return;
    throw invalid(
      `Template format error: Unresolved resource dependencies [${[...missing].join(', ')}] in the Resources ` +
        'block of the template',
    );
  }

  #checkConditionNames(
    block: string,
    members: Readonly<Record<string, { readonly Condition?: string }>>,
  ): void {
    const unknown = Object.values(members)
      .flatMap(({ Condition }) => Condition ?? [])
      .find((name) => readMember(this.template.Conditions, name) === undefined);
    if (unknown === undefined) return;
    throw invalid(
      `Template format error: Unresolved condition dependency ${unknown} in the ${block} block of the template`,
    );
  }
}
