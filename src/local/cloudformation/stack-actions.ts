import type { Action } from './change-sets.ts';
import { describeEvent, describeResource, describeStack } from './describe.ts';
import { text } from './intrinsics.ts';
import { invalid, strings, type Values } from './query-protocol.ts';
import { expandServerless, isServerless } from './sam-transform.ts';
import type { StackRepository } from './stack-repository.ts';
import type { Stacks } from './stacks.ts';
import { needsIam, parseTemplate } from './template.ts';

/** The operations on templates and stacks themselves. */
export function stackActions(
  stacks: Stacks,
  repository: StackRepository,
  url: () => string,
): Record<string, Action> {
  const named = (form: URLSearchParams) => stacks.existing(form.get('StackName') ?? '');
  return {
    ...reading(stacks, repository, url),
    CreateStack(form, region) {
      const name = form.get('StackName') ?? '';
      if (repository.find(name)) throw invalid(`Stack [${name}] already exists`);
      const stack = stacks.begin(name, region);
      stacks.deploy(stack, stacks.proposal(form));
      return { StackId: stack.id };
    },
    UpdateStack(form) {
      const stack = named(form);
      if (!stack.status.endsWith('_COMPLETE') || /^(ROLLBACK|DELETE)/.test(stack.status)) {
        throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
      }
      const proposal = stacks.proposal(form, stack);
      if (stacks.plan(stack, proposal).length === 0 && !stacks.changesOutputs(stack, proposal)) {
        throw invalid('No updates are to be performed.');
      }
      stacks.deploy(stack, proposal);
      return { StackId: stack.id };
    },
    DeleteStack(form) {
      const stack = repository.find(form.get('StackName') ?? '');
      if (stack && stack.status !== 'DELETE_COMPLETE') stacks.destroy(stack);
      return {};
    },
    ValidateTemplate(form) {
      return summary(stacks.template(form));
    },
    GetTemplateSummary(form) {
      const stack = form.get('StackName');
      return summary(stack ? stacks.existing(stack).template : stacks.template(form));
    },
    GetTemplate(form) {
      return { TemplateBody: named(form).template, StagesAvailable: ['Original'] };
    },
  };
}

function reading(
  stacks: Stacks,
  repository: StackRepository,
  url: () => string,
): Record<string, Action> {
  const named = (form: URLSearchParams) => stacks.existing(form.get('StackName') ?? '');
  return {
    DescribeStacks(form) {
      const name = form.get('StackName');
      const found = name
        ? [stacks.existing(name)]
        : repository.all().filter((stack) => stack.status !== 'DELETE_COMPLETE');
      return { Stacks: found.map((stack) => describeStack(stack, url())) };
    },
    ListStacks(form) {
      const wanted = strings(form, 'StackStatusFilter');
      const found = repository
        .all()
        .filter(({ status }) => wanted.length === 0 || wanted.includes(status));
      return {
        StackSummaries: found.map((stack) => {
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
      const stack = named(form);
      const from = Number(form.get('NextToken') ?? 0) || 0;
      const events = repository.events(stack.id);
      const next = from + 100 < events.length ? { NextToken: String(from + 100) } : {};
      const shown = events.slice(from, from + 100);
      return { StackEvents: shown.map((event) => describeEvent(event, stack)), ...next };
    },
    DescribeStackResources(form) {
      const stack = named(form);
      return { StackResources: stack.resources.map((each) => describeResource(each, stack)) };
    },
    ListStackResources(form) {
      const stack = named(form);
      const found = stack.resources.map((each) => describeResource(each, stack));
      return { StackResourceSummaries: found };
    },
    DescribeStackResource(form) {
      const stack = named(form);
      const id = form.get('LogicalResourceId') ?? '';
      const resource = stack.resources.find((each) => each.logicalId === id);
      if (!resource) throw invalid(`Resource ${id} does not exist for stack ${stack.name}`);
      return { StackResourceDetail: describeResource(resource, stack) };
    },
  };
}

function summary(body: string): Values {
  const template = parseTemplate(body);
  const { Parameters = {}, Description, Resources } = template;
  const capability = isServerless(template)
    ? 'CAPABILITY_IAM'
    : needsIam(expandServerless(template));
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
      DefaultValue: declaration.Default === undefined ? undefined : text(declaration.Default),
      NoEcho: declaration.NoEcho === true || declaration.NoEcho === 'true',
      Description: declaration.Description,
    })),
  };
}
