import type { Change, ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import { resourceKind } from './resource-kinds.ts';
import { listPropertyValues, type ValueChange } from './value-changes.ts';

/** The change of one resource in a change set. */
export interface PlannedChange {
  readonly action: 'add' | 'modify' | 'replace' | 'remove';
  /** Whether CloudFormation decides only during the deployment if the resource is replaced. */
  readonly maybe: boolean;
  readonly logicalId: string;
  readonly type: string;
  /** Noun for messages: `function`, `log group`. */
  readonly kind: string;
  /** The properties that change, each listed once. */
  readonly properties: readonly string[];
  /** The values that change, if CloudFormation returns them. */
  readonly values: readonly ValueChange[];
  /** Whether the resource leaves the stack but is not deleted. */
  readonly retained: boolean;
}

/** Resource types whose replacement or removal loses data or changes a published address. */
const statefulTypes = new Set([
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Logs::LogGroup',
  'AWS::ApiGateway::RestApi',
  'AWS::Lambda::Function',
]);

/** Converts the changes of a change set. `hidden` are values that must not be shown. */
export function toPlannedChanges(
  changes: readonly Change[],
  hidden: readonly string[] = [],
): PlannedChange[] {
  return changes.flatMap(({ ResourceChange: change }) => {
    if (!change) return [];
    const { LogicalResourceId: logicalId = '', ResourceType: type = '', Replacement } = change;
    const isConditional = Replacement === 'Conditional' && !changesOnlyDurableConfig(change);
    const replaced = Replacement === 'True' || isConditional;
    const actions = { Add: 'add', Import: 'add', Remove: 'remove' } as const;
    const known = actions[change.Action as keyof typeof actions];
    const retained = change.PolicyAction === 'Retain';
    const { Details = [] } = change;
    const properties = [...new Set(Details.flatMap(changedProperty))].sort();
    const values = Details.flatMap((detail) => listPropertyValues(detail, hidden));
    const action = known ?? (replaced ? 'replace' : 'modify');
    const maybe = isConditional || change.Action === 'Dynamic';
    const kind = resourceKind(type);
    return [{ action, maybe, logicalId, type, kind, properties, values, retained }];
  });
}

/**
 * Whether the only property that may replace a function is its DurableConfig. CloudFormation reports such a change as conditional,
 * but replaces a function only if it was not durable before: other values are no interruption.
 */
function changesOnlyDurableConfig({ ResourceType, Details = [] }: ResourceChange): boolean {
  const recreating = Details.filter(({ Target }) => Target?.RequiresRecreation !== 'Never');
  return (
    ResourceType === 'AWS::Lambda::Function' &&
    recreating.length > 0 &&
    recreating.every(({ Target }) => Target?.Name === 'DurableConfig')
  );
}

function changedProperty({ Target }: ResourceChangeDetail): string[] {
  if (!Target) return [];
  return Target.Attribute === 'Properties' ? [Target.Name ?? ''] : [Target.Attribute ?? ''];
}

/** Returns the changes that need explicit approval, because data or a published address would be lost. */
export function changesNeedingApproval(
  changes: readonly PlannedChange[],
  action: 'replace' | 'remove',
): PlannedChange[] {
  return changes.filter(
    (change) => change.action === action && !change.retained && statefulTypes.has(change.type),
  );
}

/** Whether the change affects permissions. */
export function isAccessChange({ type }: PlannedChange): boolean {
  return type.startsWith('AWS::IAM::') || /::(Permission|QueuePolicy|BucketPolicy)$/.test(type);
}

/** Whether the changes publish a new version of the workflow. */
export function publishesVersion(changes: readonly PlannedChange[]): boolean {
  return changes.some(({ action, type }) => type === 'AWS::Lambda::Version' && action !== 'remove');
}
