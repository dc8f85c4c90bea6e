import type { FindDenial } from '../../wire/http.ts';
import { findTransformDenial } from '../access/transform-access.ts';
import { invalid, readStrings, type Values } from '../query-protocol.ts';
import { expandServerless, isServerless } from '../sam/transform.ts';
import { checkDependencies, checkTemplateNames } from '../templates/check-template.ts';
import { toText } from '../templates/intrinsics.ts';
import { parseTemplate, requiredCapability } from '../templates/template.ts';
import type { Action } from './change-sets.ts';
import {
  describeEvent,
  describeResource,
  describeStack,
  detailResource,
  summarizeResource,
} from './describe.ts';
import type { StackRepository } from './stack-repository.ts';
import type { Proposal, Stacks } from './stacks.ts';

/** Number of events on a page of DescribeStackEvents. */
const eventsPerPage = 100;

/** Returns the operations on templates and stacks. */
export function stackActions(
  stacks: Stacks,
  repository: StackRepository,
  url: () => string,
): Record<string, Action> {
  const requireStack = (form: URLSearchParams) => stacks.requireStack(form.get('StackName') ?? '');
  return {
    ...readActions(stacks, repository, url),
    CreateStack(form, region, findDenial) {
      const name = form.get('StackName') ?? '';
      if (repository.find(name)) throw invalid(`Stack [${name}] already exists`);
      const stack = stacks.createState(name, region);
      const proposal = stacks.readProposal(form);
      checkTransform(proposal, { region, findDenial });
      stacks.deploy(stack, proposal, findDenial);
      return { StackId: stack.id };
    },
    UpdateStack(form, region, findDenial) {
      const stack = requireStack(form);
      if (!stack.status.endsWith('_COMPLETE') || /^(ROLLBACK|DELETE)/.test(stack.status)) {
        throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
      }
      const proposal = stacks.readProposal(form, stack);
      checkTransform(proposal, { region, findDenial });
      if (
        stacks.planChanges(stack, proposal).length === 0 &&
        !stacks.changesOutputs(stack, proposal)
      ) {
        throw invalid('No updates are to be performed.');
      }
      stacks.deploy(stack, proposal, findDenial);
      return { StackId: stack.id };
    },
    DeleteStack(form, _region, findDenial) {
      const stack = repository.find(form.get('StackName') ?? '');
      if (!stack || stack.status === 'DELETE_COMPLETE') return {};
      stack.roleArn = stacks.readRole(form, stack);
      stacks.destroy(stack, findDenial);
      return {};
    },
    ValidateTemplate(form) {
      const body = stacks.readTemplate(form);
      const template = parseTemplate(body);
      checkTemplateNames(template);
      checkDependencies(template.Resources);
      const { ResourceTypes: _, Parameters, ...summary } = summarizeTemplate(body);
      // Only GetTemplateSummary returns the types of parameters.
      const parameters = (Parameters as Values[]).map(({ ParameterType: _type, ...rest }) => rest);
      return { ...summary, Parameters: parameters };
    },
    GetTemplateSummary(form) {
      const stack = form.get('StackName');
      return summarizeTemplate(
        stack ? stacks.requireStack(stack).template : stacks.readTemplate(form),
      );
    },
    GetTemplate(form) {
      const { template, parameters } = requireStack(form);
      return {
        TemplateBody:
          form.get('TemplateStage') === 'Processed'
            ? processTemplate(template, parameters)
            : template,
        StagesAvailable: ['Original', 'Processed'],
      };
    },
  };
}

/** Returns a template after its transform, as JSON. A template without a transform is returned as it is. */
function processTemplate(text: string, parameters: Readonly<Record<string, string>>): string {
  const template = parseTemplate(text);
  if (!isServerless(template)) return text;
  const { Transform: _, ...processed } = expandServerless(template, parameters);
  return JSON.stringify(processed);
}

/** Throws the refusal to expand the transform of a template. Only a change set reports it as its own failure. */
function checkTransform(
  { template, roleArn }: Proposal,
  options: { region: string; findDenial: FindDenial | undefined },
): void {
  const denial = findTransformDenial(template, { ...options, roleArn });
  if (denial) throw denial;
}

function readActions(
  stacks: Stacks,
  repository: StackRepository,
  url: () => string,
): Record<string, Action> {
  const requireStack = (form: URLSearchParams) => stacks.requireStack(form.get('StackName') ?? '');
  return {
    DescribeStacks(form) {
      const name = form.get('StackName');
      const matching = name
        ? [stacks.requireStack(name)]
        : repository.listStacks().filter((stack) => stack.status !== 'DELETE_COMPLETE');
      return { Stacks: matching.map((stack) => describeStack(stack, url())) };
    },
    ListStacks(form) {
      const statuses = readStrings(form, 'StackStatusFilter');
      const matching = repository
        .listStacks()
        .filter(({ status }) => statuses.length === 0 || statuses.includes(status));
      return {
        StackSummaries: matching.map((stack) => {
          const { StackId, StackName, CreationTime, LastUpdatedTime, DeletionTime, StackStatus } =
            describeStack(stack, url());
          return {
            StackId,
            StackName,
            CreationTime,
            LastUpdatedTime,
            DeletionTime,
            StackStatus,
          };
        }),
      };
    },
    DescribeStackEvents(form) {
      const stack = requireStack(form);
      const start = Number(form.get('NextToken') ?? 0) || 0;
      const events = repository.listEvents(stack.id);
      const end = start + eventsPerPage;
      const next = end < events.length ? { NextToken: String(end) } : {};
      const page = events.slice(start, end);
      return { StackEvents: page.map((event) => describeEvent(event, stack)), ...next };
    },
    DescribeStackResources(form) {
      const stack = requireStack(form);
      const id = form.get('LogicalResourceId');
      const resources = stack.resources.filter(({ logicalId }) => id === null || logicalId === id);
      return { StackResources: resources.map((resource) => describeResource(resource, stack)) };
    },
    ListStackResources(form) {
      const stack = requireStack(form);
      return { StackResourceSummaries: stack.resources.map(summarizeResource) };
    },
    DescribeStackResource(form) {
      const stack = requireStack(form);
      const id = form.get('LogicalResourceId') ?? '';
      const resource = stack.resources.find(({ logicalId }) => logicalId === id);
      if (!resource) throw invalid(`Resource ${id} does not exist for stack ${stack.name}`);
      return { StackResourceDetail: detailResource(resource, stack) };
    },
  };
}

function summarizeTemplate(body: string): Values {
  const template = parseTemplate(body);
  const { Parameters = {}, Description, Resources } = template;
  const capability = isServerless(template)
    ? 'CAPABILITY_IAM'
    : requiredCapability(expandServerless(template));
  return {
    Description,
    Capabilities: capability ? [capability] : [],
    CapabilitiesReason: capability
      ? `The following resource(s) require capabilities: [${capability}]`
      : undefined,
    DeclaredTransforms: [template.Transform ?? []].flat(),
    ResourceTypes: [...new Set(Object.values(Resources).map(({ Type }) => Type))],
    Parameters: Object.entries(Parameters).map(([key, declaration]) => ({
      ParameterKey: key,
      ParameterType: declaration.Type,
      DefaultValue: declaration.Default === undefined ? undefined : toText(declaration.Default),
      NoEcho: declaration.NoEcho === true || declaration.NoEcho === 'true',
      Description: declaration.Description,
    })),
  };
}
