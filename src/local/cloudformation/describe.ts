import type { Values } from './query-protocol.ts';
import type { ChangeSetState, ResourceState, StackEvent, StackState } from './stack-repository.ts';

/** A stack as DescribeStacks shows it; `url` is where the runtime answers. */
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
      OutputValue: localAddress(value, stack, url),
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
            RequiresRecreation: recreates ? 'Always' : 'Never',
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

/** An execute-api host of an API of this stack becomes the address at which the runtime serves it. */
function localAddress(value: string, { resources }: StackState, url: string): string {
  return value.replace(
    /https:\/\/([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com/g,
    (host, id: string) => {
      const own = resources.some(
        ({ type, physicalId }) => type === 'AWS::ApiGateway::RestApi' && physicalId === id,
      );
      return own ? `${url}/execute-api/${id}` : host;
    },
  );
}
