import { randomUUID } from 'node:crypto';
import { account, partition } from '../../shared/account.ts';
import type { ParameterStore } from '../../shared/parameter-interfaces.ts';
import type { S3 } from '../../shared/service-interfaces.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { FindDenial } from '../../wire/http.ts';
import { applyServiceRole } from '../access/service-role.ts';
import { invalid, readStrings, readStructures } from '../query-protocol.ts';
import { expandServerless } from '../sam/transform.ts';
import { checkTemplateNames } from '../templates/check-template.ts';
import { parameterReader } from '../templates/dynamic-references.ts';
import { type ParameterInput, resolveParameters } from '../templates/parameters.ts';
import { parseTemplate, requiredCapability } from '../templates/template.ts';
import { parseTemplateUrl } from '../templates/template-url.ts';
import { rejectUnsupported } from '../templates/unsupported.ts';
import { Deployment, type DeploymentDeps } from './deployment.ts';
import { ResolvedTemplate } from './resolved-template.ts';
import { planChanges } from './resource-changes.ts';
import type { ChangeSetState, StackState } from './stack-repository.ts';

/** The template and settings in a request of CreateChangeSet, CreateStack or UpdateStack. */
export interface Proposal {
  readonly template: string;
  readonly parameters: Record<string, string>;
  readonly capabilities: string[];
  readonly tags: { key: string; value: string }[];
  readonly onFailure: string;
  readonly roleArn?: string | undefined;
}

export interface StacksDeps extends Omit<DeploymentDeps, 'findDenial'> {
  /** Reports whether CloudFormation may assume a role for a stack. */
  readonly canAssume: (roleArn: string, stackId: string) => boolean;
  readonly parameters?: ParameterStore | undefined;
}

/** Plans, deploys and deletes stacks. */
export class Stacks {
  readonly #deps: StacksDeps;
  readonly #s3: S3;

  constructor(deps: StacksDeps, s3: S3) {
    this.#deps = deps;
    this.#s3 = s3;
  }

  /** Returns a stack. Throws ValidationError if it does not exist. */
  requireStack(nameOrId: string): StackState {
    const stack = this.#deps.repository.find(nameOrId);
    if (stack) return stack;
    throw invalid(`Stack with id ${nameOrId} does not exist`);
  }

  /** Returns the template in the request: its body, an object in S3, or the previous template of the stack. */
  readTemplate(form: URLSearchParams, stack?: StackState): string {
    const body = form.get('TemplateBody');
    if (body) return body;
    const url = form.get('TemplateURL');
    if (!url) {
      if (form.get('UsePreviousTemplate') === 'true' && stack) return stack.template;
      throw invalid('Either Template URL or Template Body must be specified.');
    }
    const { bucket, key } = parseTemplateUrl(url);
    const object = this.#s3.read(bucket, key);
    if (!object) throw invalid(`S3 error: The specified key does not exist: ${url}`);
    return object.toString('utf8');
  }

  /** Throws if the template is not valid, or if it requires capabilities or parameters that are missing. */
  readProposal(form: URLSearchParams, stack?: StackState): Proposal {
    const template = this.readTemplate(form, stack);
    const parsed = parseTemplate(template);
    const capabilities = readStrings(form, 'Capabilities');
    checkTemplateNames(parsed);
    const inputs = readStructures(form, 'Parameters') as ParameterInput[];
    const parameters = resolveParameters(parsed, inputs, stack?.parameters ?? {});
    const needed = requiredCapability(expandServerless(parsed, parameters));
    if (
      needed &&
      !capabilities.includes(needed) &&
      !capabilities.includes('CAPABILITY_NAMED_IAM')
    ) {
      throw new AwsError(
        'InsufficientCapabilitiesException',
        `Requires capabilities : [${needed}]`,
      );
    }
    return {
      template,
      parameters,
      capabilities,
      tags: readStructures(form, 'Tags').map(({ Key = '', Value = '' }) => ({
        key: Key,
        value: Value,
      })),
      onFailure: form.get('OnStackFailure') ?? form.get('OnFailure') ?? 'ROLLBACK',
      roleArn: this.readRole(form, stack),
    };
  }

  /** Returns the service role that the request names or that the stack has. Throws ValidationError if it cannot be assumed. */
  readRole(form: URLSearchParams, stack: StackState | undefined): string | undefined {
    const roleArn = form.get('RoleARN') ?? stack?.roleArn;
    if (roleArn && !this.#deps.canAssume(roleArn, stack?.id ?? '')) {
      throw invalid(`Role ${roleArn} is invalid or cannot be assumed`);
    }
    return roleArn;
  }

  /** Returns the state of a new stack without a template. Throws ValidationError if the name is not valid. */
  createState(name: string, region: string): StackState {
    if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name)) {
      throw invalid(
        `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: ` +
          'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*',
      );
    }
    return {
      id: `arn:${partition}:cloudformation:${region}:${account}:stack/${name}/${randomUUID()}`,
      name,
      region,
      created: Date.now(),
      status: 'REVIEW_IN_PROGRESS',
      template: '',
      parameters: {},
      capabilities: [],
      resources: [],
      outputs: [],
      tags: [],
    };
  }

  /** Returns the resource changes of a proposal; an empty list if nothing changes. */
  planChanges(stack: StackState, proposal: Proposal): ChangeSetState['changes'] {
    return planChanges(this.#resolveTemplate(stack, proposal), stack, this.#deps.findHandler);
  }

  /** Reports whether a proposal changes the outputs. */
  changesOutputs(stack: StackState, { template }: Proposal): boolean {
    if (stack.template === '') return true;
    const readOutputs = (text: string) => JSON.stringify(parseTemplate(text).Outputs ?? {});
    return readOutputs(stack.template) !== readOutputs(template);
  }

  /** Creates or updates a stack. `findDenial` is absent if access is not controlled. */
  deploy(stack: StackState, proposal: Proposal, findDenial: FindDenial | undefined): void {
    const access = { findDenial: applyServiceRole(findDenial, proposal.roleArn ?? stack.roleArn) };
    const resolved = this.#resolveTemplate(stack, proposal, access.findDenial);
    const creating = stack.status === 'REVIEW_IN_PROGRESS';
    const { template, parameters, capabilities, tags, outputs, imports = [] } = stack;
    stack.template = proposal.template;
    stack.parameters = proposal.parameters;
    stack.capabilities = proposal.capabilities;
    stack.tags = proposal.tags;
    stack.roleArn = proposal.roleArn ?? stack.roleArn;
    if (!creating) stack.updated = Date.now();
    const { onFailure } = proposal;
    new Deployment(stack, { ...this.#deps, ...access }).apply(resolved, { creating, onFailure });
    if (stack.status === 'UPDATE_ROLLBACK_COMPLETE') {
      Object.assign(stack, { template, parameters, capabilities, tags, outputs, imports });
      this.#deps.repository.save(stack);
    }
    if (stack.status === 'ROLLBACK_COMPLETE' && onFailure === 'DELETE')
      this.destroy(stack, findDenial);
  }

  #resolveTemplate(
    stack: StackState,
    proposal: Proposal,
    findDenial?: FindDenial,
  ): ResolvedTemplate {
    const others = this.#deps.repository.listExports(stack.region, stack.id);
    const exports = new Map([...others].map(([name, { value }]) => [name, value]));
    const readParameter = parameterReader(this.#deps.parameters, findDenial);
    const resolved = new ResolvedTemplate({ ...proposal, stack, exports, readParameter });
    for (const [id, declaration] of resolved.ordered()) rejectUnsupported(id, declaration);
    return resolved;
  }

  /** Deletes a stack. Throws ValidationError while another stack imports one of its exports. */
  destroy(stack: StackState, findDenial: FindDenial | undefined): void {
    for (const { exportName } of stack.outputs) {
      const users = exportName ? this.#deps.repository.listImporters(exportName, stack.region) : [];
      if (users.length === 0) continue;
      throw invalid(
        `Export ${exportName} cannot be deleted as it is in use by ${users.join(', ')}`,
      );
    }
    const access = { findDenial: applyServiceRole(findDenial, stack.roleArn) };
    new Deployment(stack, { ...this.#deps, ...access }).destroy();
  }
}
