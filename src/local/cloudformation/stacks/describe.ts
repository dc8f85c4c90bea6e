import { urlPrefix } from '../../shared/function-url-address.ts';
import type { Values } from '../query-protocol.ts';
import { parseTemplate } from '../templates/template.ts';
import type { ChangeSetState, ResourceState, StackEvent, StackState } from './stack-repository.ts';

/** Returns a stack in the form of DescribeStacks. `url` is the URL of the runtime. */
export function describeStack(stack: StackState, url: string): Values {
  return {
    StackId: stack.id,
    StackName: stack.name,
    CreationTime: new Date(stack.created),
    LastUpdatedTime: stack.updated === undefined ? undefined : new Date(stack.updated),
    DeletionTime: stack.deleted === undefined ? undefined : new Date(stack.deleted),
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DisableRollback: false,
    EnableTerminationProtection: false,
    Capabilities: stack.capabilities,
    RoleARN: stack.roleArn,
    Parameters: describeParameters(stack.parameters, stack.template),
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: toLocalAddress(value, stack, url),
      Description: description,
      ExportName: exportName,
    })),
    Tags: stack.tags.map(({ key, value }) => ({ Key: key, Value: value })),
  };
}

/**
 * Returns a change set in the form of DescribeChangeSet. `before` are the parameters of the stack. Values of parameters with NoEcho
 * are hidden.
 */
export function describeChangeSet(
  set: ChangeSetState,
  { before, withValues }: { before: StackState['parameters']; withValues: boolean },
): Values {
  const hidden = listHiddenNames(set.template).flatMap((name) =>
    [before[name], set.parameters[name]].filter((value) => value !== undefined && value !== ''),
  ) as string[];
  const show = (value: string | undefined) =>
    hidden
      .reduce((text, secret) => text?.replaceAll(secret, hiddenValue), value)
      ?.replaceAll(placeholder, '{{changeSet:KNOWN_AFTER_APPLY}}');
  return {
    ChangeSetName: set.name,
    ChangeSetId: set.id,
    StackId: set.stackId,
    StackName: set.stackName,
    CreationTime: new Date(set.created),
    ExecutionStatus: set.execution,
    Status: set.status,
    StatusReason: set.reason,
    Parameters: describeParameters(set.parameters, set.template),
    Capabilities: set.capabilities,
    OnStackFailure: set.onFailure,
    Changes: set.changes.map((change) => ({
      Type: 'Resource',
      ResourceChange: {
        Action: change.action,
        LogicalResourceId: change.logicalId,
        PhysicalResourceId: change.physicalId,
        ResourceType: change.type,
        Replacement: change.replacement,
        PolicyAction: change.policy,
        Scope: change.action === 'Modify' ? ['Properties'] : [],
        Details: change.details?.map(({ name, before: old, after: now, recreates }) => ({
          Target: {
            Attribute: 'Properties',
            Name: name,
            RequiresRecreation: recreates,
            Path: `/Properties/${name}`,
            ...(withValues && { BeforeValue: show(old), AfterValue: show(now) }),
          },
          Evaluation: 'Static',
          ChangeSource: 'DirectModification',
        })),
      },
    })),
  };
}

export function describeEvent(event: StackEvent, stack: StackState): Values {
  return {
    StackId: stack.id,
    StackName: stack.name,
    EventId: event.id,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: new Date(event.time),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
  };
}

/** Returns a resource in the form of DescribeStackResources. */
export function describeResource(resource: ResourceState, stack: StackState): Values {
  return {
    StackId: stack.id,
    StackName: stack.name,
    ...identifyResource(resource),
    Timestamp: new Date(resource.updated),
  };
}

/** Returns a resource in the form of ListStackResources. */
export function summarizeResource(resource: ResourceState): Values {
  return { ...identifyResource(resource), LastUpdatedTimestamp: new Date(resource.updated) };
}

/** Returns a resource in the form of DescribeStackResource. */
export function detailResource(resource: ResourceState, stack: StackState): Values {
  return { StackId: stack.id, StackName: stack.name, ...summarizeResource(resource) };
}

function identifyResource(resource: ResourceState): Values {
  return {
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    ResourceStatus: resource.status,
  };
}

const hiddenValue = '****';

/** A value of a resource that does not exist yet. CloudFormation has one text for all of them. */
const placeholder = /\{\{\w+(\.[\w.]+)?\}\}/g;

/** Returns the names of the parameters with NoEcho: nobody can read their values. */
function listHiddenNames(template: string): string[] {
  if (!template.includes('NoEcho')) return [];
  return Object.entries(parseTemplate(template).Parameters ?? {}).flatMap(([name, { NoEcho }]) =>
    NoEcho === true || NoEcho === 'true' ? [name] : [],
  );
}

function describeParameters(
  parameters: Readonly<Record<string, string>>,
  template: string,
): Values[] {
  const hidden = listHiddenNames(template);
  return Object.entries(parameters).map(([key, value]) => ({
    ParameterKey: key,
    ParameterValue: hidden.includes(key) ? hiddenValue : value,
  }));
}

/**
 * Replaces the host of an API or of a function URL of this stack with its local URL, and the URL of a queue of this stack with its
 * present one: the runtime may have had another port when the queue was created.
 */
function toLocalAddress(value: string, stack: StackState, url: string): string {
  const { resources } = stack;
  const queue = resources.find(
    ({ type, physicalId }) => type === 'AWS::SQS::Queue' && physicalId === value,
  );
  if (queue) return value.replace(/^https?:\/\/[^/]+/, url);
  return replaceUrlHosts(value, stack, url).replace(
    /https:\/\/([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com/g,
    (host, id: string) => {
      const isOwnApi = resources.some(
        ({ type, physicalId }) => type === 'AWS::ApiGateway::RestApi' && physicalId === id,
      );
      return isOwnApi ? `${url}/execute-api/${id}` : host;
    },
  );
}

/** Replaces the hosts of the function URLs of a stack with their local addresses. */
function replaceUrlHosts(value: string, { resources }: StackState, url: string): string {
  return value.replace(
    /https:\/\/([a-z0-9]+)\.lambda-url\.[a-z0-9-]+\.on\.aws/g,
    (host, id: string) => {
      const isOwnUrl = resources.some(
        ({ type, attributes }) =>
          type === 'AWS::Lambda::Url' && attributes['FunctionUrl'] === `${host}/`,
      );
      return isOwnUrl ? `${url}${urlPrefix}${id}` : host;
    },
  );
}
