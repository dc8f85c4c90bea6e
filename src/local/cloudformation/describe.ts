import type { Values } from './query-protocol.ts';
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
    Parameters: describeParameters(stack.parameters),
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: toLocalAddress(value, stack, url),
      Description: description,
      ExportName: exportName,
    })),
    Tags: stack.tags.map(({ key, value }) => ({ Key: key, Value: value })),
  };
}

export function describeChangeSet(set: ChangeSetState): Values {
  return {
    ChangeSetName: set.name,
    ChangeSetId: set.id,
    StackId: set.stackId,
    StackName: set.stackName,
    CreationTime: new Date(set.created),
    ExecutionStatus: set.execution,
    Status: set.status,
    StatusReason: set.reason,
    Parameters: describeParameters(set.parameters),
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
        Details: change.details?.map(({ name, before, after, recreates }) => ({
          Target: {
            Attribute: 'Properties',
            Name: name,
            RequiresRecreation: recreates,
            Path: `/Properties/${name}`,
            BeforeValue: before,
            AfterValue: after,
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

export function describeResource(resource: ResourceState, stack: StackState): Values {
  return {
    StackId: stack.id,
    StackName: stack.name,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    Timestamp: new Date(resource.updated),
    LastUpdatedTimestamp: new Date(resource.updated),
    ResourceStatus: resource.status,
  };
}

function describeParameters(parameters: Readonly<Record<string, string>>): Values[] {
  return Object.entries(parameters).map(([key, value]) => ({
    ParameterKey: key,
    ParameterValue: value,
  }));
}

/**
 * Replaces the execute-api host of an API of this stack with the local URL of that API, and the URL of a queue of this stack with its
 * present one: the runtime may have had another port when the queue was created.
 */
function toLocalAddress(value: string, { resources }: StackState, url: string): string {
  const queue = resources.find(
    ({ type, physicalId }) => type === 'AWS::SQS::Queue' && physicalId === value,
  );
  if (queue) return value.replace(/^https?:\/\/[^/]+/, url);
  return value.replace(
    /https:\/\/([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com/g,
    (host, id: string) => {
      const isOwnApi = resources.some(
        ({ type, physicalId }) => type === 'AWS::ApiGateway::RestApi' && physicalId === id,
      );
      return isOwnApi ? `${url}/execute-api/${id}` : host;
    },
  );
}
