import { randomUUID } from 'node:crypto';
import type { Objects } from '../service-interfaces.ts';
import { AwsError } from '../wire/aws-error.ts';
import { account, partition } from '../wire/http.ts';
import { Deployment, type DeploymentTools } from './deployment.ts';
import { type GivenParameter, parameterValues } from './parameters.ts';
import { invalid, strings, structures } from './query-protocol.ts';
import { Program } from './resolved-template.ts';
import { planChanges } from './resource-changes.ts';
import { expandServerless } from './sam-transform.ts';
import type { ChangeSetState, StackState } from './stack-repository.ts';
import { needsIam, parseTemplate } from './template.ts';

/** What CreateChangeSet, CreateStack and UpdateStack are asked. */
export interface Proposal {
  readonly template: string;
  readonly parameters: Record<string, string>;
  readonly capabilities: string[];
  readonly tags: { key: string; value: string }[];
  readonly onFailure: string;
}

/** The life of stacks: proposed by a change set, deployed, deleted. */
export class Stacks {
  readonly #tools: DeploymentTools;
  readonly #objects: Objects;

  constructor(tools: DeploymentTools, objects: Objects) {
    this.#tools = tools;
    this.#objects = objects;
  }

  existing(nameOrId: string): StackState {
    const stack = this.#tools.repository.find(nameOrId);
    if (stack) return stack;
    throw invalid(`Stack with id ${nameOrId} does not exist`);
  }

  /** The template in the request, from its body or from S3. */
  template(form: URLSearchParams, stack?: StackState): string {
    const body = form.get('TemplateBody');
    if (body) return body;
    const url = form.get('TemplateURL');
    if (!url) {
      if (form.get('UsePreviousTemplate') === 'true' && stack) return stack.template;
      throw invalid('Either Template URL or Template Body must be specified.');
    }
    const { hostname, pathname } = new URL(url);
    const [, virtual] = /^(.+)\.s3[.-]/.exec(hostname) ?? [];
    const [first = '', ...rest] = decodeURIComponent(pathname.slice(1)).split('/');
    const [bucket, key] = virtual ? [virtual, [first, ...rest].join('/')] : [first, rest.join('/')];
    const found = this.#objects.read(bucket, key);
    if (!found) throw invalid(`S3 error: The specified key does not exist: ${url}`);
    return found.toString('utf8');
  }

  proposal(form: URLSearchParams, stack?: StackState): Proposal {
    const template = this.template(form, stack);
    const parsed = parseTemplate(template);
    const capabilities = strings(form, 'Capabilities');
    const needed = needsIam(expandServerless(parsed));
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
    const given = structures(form, 'Parameters') as GivenParameter[];
    return {
      template,
      parameters: parameterValues(parsed, given, stack?.parameters ?? {}),
      capabilities,
      tags: structures(form, 'Tags').map(({ Key = '', Value = '' }) => ({
        key: Key,
        value: Value,
      })),
      onFailure: form.get('OnStackFailure') ?? form.get('OnFailure') ?? 'ROLLBACK',
    };
  }

  /** A stack that has a name and an id and nothing else yet. */
  begin(name: string, region: string): StackState {
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

  /** What would change; empty when nothing would. */
  plan(stack: StackState, proposal: Proposal): ChangeSetState['changes'] {
    return planChanges(this.#program(stack, proposal), stack, this.#tools.handlers);
  }

  /** Whether the outputs alone differ. */
  changesOutputs(stack: StackState, { template }: Proposal): boolean {
    if (stack.template === '') return true;
    const outputs = (text: string) => JSON.stringify(parseTemplate(text).Outputs ?? {});
    return outputs(stack.template) !== outputs(template);
  }

  deploy(stack: StackState, proposal: Proposal): void {
    const program = this.#program(stack, proposal);
    const creating = stack.status === 'REVIEW_IN_PROGRESS';
    const { template, parameters, capabilities, tags, outputs } = stack;
    stack.template = proposal.template;
    stack.parameters = proposal.parameters;
    stack.capabilities = proposal.capabilities;
    stack.tags = proposal.tags;
    if (!creating) stack.updated = Date.now();
    const { onFailure } = proposal;
    new Deployment(stack, this.#tools).apply(program, { creating, onFailure });
    if (stack.status === 'UPDATE_ROLLBACK_COMPLETE') {
      Object.assign(stack, { template, parameters, capabilities, tags, outputs });
      this.#tools.repository.save(stack);
    }
    if (stack.status === 'ROLLBACK_COMPLETE' && onFailure === 'DELETE') this.destroy(stack);
  }

  #program(stack: StackState, proposal: Proposal): Program {
    const found = this.#tools.repository.exports(stack.region, stack.id);
    const exports = new Map([...found].map(([name, { value }]) => [name, value]));
    return new Program({ ...proposal, stack, exports });
  }

  /** Throws while another stack uses what this one exports. */
  destroy(stack: StackState): void {
    for (const { exportName } of stack.outputs) {
      const users = exportName ? this.#tools.repository.importers(exportName) : [];
      if (users.length === 0) continue;
      throw invalid(
        `Export ${exportName} cannot be deleted as it is in use by ${users.join(', ')}`,
      );
    }
    new Deployment(stack, this.#tools).destroy();
  }
}
