import { account, partition } from '../../shared/account.ts';
import { invalid } from '../query-protocol.ts';
import { expandServerless } from '../sam/transform.ts';
import { checkDependencies, checkTemplateNames } from '../templates/check-template.ts';
import { sortByDependency } from '../templates/dependencies.ts';
import {
  parameterReader,
  type ReadParameter,
  resolveDynamicReferences,
} from '../templates/dynamic-references.ts';
import { evaluateCondition, noValue, resolve, type Scope } from '../templates/intrinsics.ts';
import { isSsmValue } from '../templates/parameter-types.ts';
import { toReferenceValue } from '../templates/parameters.ts';
import { checkConditionCycles, visitReferences } from '../templates/references.ts';
import { assertRules } from '../templates/rules.ts';
import { checkResourceTypes } from '../templates/supported-types.ts';
import {
  type Fields,
  parseTemplate,
  type ResourceDeclaration,
  readMember,
  type Template,
} from '../templates/template.ts';
import type { ResourceState, StackState } from './stack-repository.ts';

export interface ResolvedTemplateOptions {
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly stack: Pick<StackState, 'id' | 'name' | 'region'>;
  /** Exports of other stacks: name -> value. */
  readonly exports?: ReadonlyMap<string, string>;
  /** By default, no parameter of SSM exists. */
  readonly readParameter?: ReadParameter;
}

/** A template with values for its parameters. Resolves the order, properties and outputs of its resources. */
export class ResolvedTemplate {
  readonly template: Template;
  readonly #pseudo: Readonly<Record<string, unknown>>;
  readonly #parameters: Readonly<Record<string, string>>;
  readonly #exports: ReadonlyMap<string, string>;
  readonly #readParameter: ReadParameter;
  /** Names of the exports that the template has read from other stacks. */
  readonly imports = new Set<string>();

  constructor({
    template,
    parameters,
    stack,
    exports = new Map(),
    readParameter = parameterReader(undefined, undefined),
  }: ResolvedTemplateOptions) {
    this.#exports = exports;
    this.#readParameter = readParameter;
    const parsed = parseTemplate(template);
    checkTemplateNames(parsed);
    this.template = expandServerless(parsed, parameters);
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
    this.#checkSsmParameters();
    checkConditionCycles(this.template);
    checkDependencies(this.template.Resources);
    const scope = this.scope(() => undefined);
    assertRules(this.template, (name) => scope.ref(name));
  }

  /** Returns the resources whose conditions are true, in dependency order. Throws ValidationError for a cycle. */
  ordered(): [id: string, resource: ResourceDeclaration][] {
    const scope = this.scope(() => undefined);
    const active = Object.entries(this.template.Resources).filter(
      ([, { Condition }]) => Condition === undefined || evaluateCondition(Condition, scope),
    );
    return sortByDependency(active);
  }

  /** Returns the properties of a resource with all intrinsics resolved. `find` returns the resources that exist. */
  properties(
    resource: ResourceDeclaration,
    find: (id: string) => Pick<ResourceState, 'physicalId' | 'attributes'> | undefined,
  ): Fields {
    const properties = resolve(resource.Properties ?? {}, this.scope(find));
    return resolveDynamicReferences(properties, this.#readParameter) as Fields;
  }

  outputs(find: (id: string) => ResourceState | undefined): StackState['outputs'] {
    const scope = this.scope(find);
    return Object.entries(this.template.Outputs ?? {})
      .filter(([, { Condition }]) => Condition === undefined || evaluateCondition(Condition, scope))
      .map(([key, { Value, Description, Export }]) => ({
        key,
        value: this.#formatOutput(Value, scope),
        ...(Description ? { description: Description } : {}),
        ...(Export ? { exportName: String(resolve(Export.Name, scope)) } : {}),
      }));
  }

  #formatOutput(value: unknown, scope: Scope): string {
    return String(resolveDynamicReferences(resolve(value, scope), this.#readParameter));
  }

  scope(find: (id: string) => Pick<ResourceState, 'physicalId' | 'attributes'> | undefined): Scope {
    return {
      template: this.template,
      ref: (name) => {
        if (Object.hasOwn(this.#pseudo, name)) return this.#pseudo[name];
        const declaration = readMember(this.template.Parameters, name);
        const value = readMember(this.#parameters, name);
        if (declaration && value !== undefined) {
          const plain = isSsmValue(declaration.Type) ? this.#readParameter(value) : value;
          return toReferenceValue(declaration, plain);
        }
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

  /** A parameter of a type of SSM names a parameter that exists. */
  #checkSsmParameters(): void {
    for (const [name, { Type }] of Object.entries(this.template.Parameters ?? {})) {
      const value = readMember(this.#parameters, name);
      if (value !== undefined && Type.startsWith('AWS::SSM::')) this.#readParameter(value);
    }
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
