import type { Change, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import { kindOf } from './kinds.ts';

/** What a change set does to one resource. */
export interface PlannedChange {
  readonly action: 'add' | 'modify' | 'replace' | 'remove';
  /** Whether the action is certain; CloudFormation decides some replacements only when it comes to them. */
  readonly maybe: boolean;
  readonly logicalId: string;
  readonly type: string;
  /** In words: `function`, `log group`. */
  readonly kind: string;
  /** The properties that change, without doubles. */
  readonly properties: readonly string[];
  /** A resource that is taken out of the stack and stays where it is. */
  readonly retained: boolean;
}

/** Types whose loss takes data, or an address that others know, along; by whether it is their replacement or removal. */
const precious = new Set([
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Logs::LogGroup',
  'AWS::ApiGateway::RestApi',
  'AWS::Lambda::Function',
]);

/** Reads the changes of a change set. */
export function plannedChanges(changes: readonly Change[]): PlannedChange[] {
  return changes.flatMap(({ ResourceChange: change }) => {
    if (!change) return [];
    const { LogicalResourceId: logicalId = '', ResourceType: type = '', Replacement } = change;
    const replaced = Replacement === 'True' || Replacement === 'Conditional';
    const actions = { Add: 'add', Import: 'add', Remove: 'remove' } as const;
    const known = actions[change.Action as keyof typeof actions];
    const retained = change.PolicyAction === 'Retain';
    const properties = [...new Set((change.Details ?? []).flatMap(nameOf))].sort();
    const action = known ?? (replaced ? 'replace' : 'modify');
    const maybe = Replacement === 'Conditional' || change.Action === 'Dynamic';
    return [{ action, maybe, logicalId, type, kind: kindOf(type), properties, retained }];
  });
}

function nameOf({ Target }: ResourceChangeDetail): string[] {
  if (!Target) return [];
  return Target.Attribute === 'Properties' ? [Target.Name ?? ''] : [Target.Attribute ?? ''];
}

/** Changes that only go ahead when somebody says so: data, or a known address, would be lost. */
export function guarded(
  changes: readonly PlannedChange[],
  action: 'replace' | 'remove',
): PlannedChange[] {
  return changes.filter(
    (each) => each.action === action && !each.retained && precious.has(each.type),
  );
}

/** Changes of what somebody may do. */
export function isAccess({ type }: PlannedChange): boolean {
  return type.startsWith('AWS::IAM::') || /::(Permission|QueuePolicy|BucketPolicy)$/.test(type);
}

/** Whether new orders run on another version of the workflow than those on their way. */
export function publishesVersion(changes: readonly PlannedChange[]): boolean {
  return changes.some(({ action, type }) => type === 'AWS::Lambda::Version' && action !== 'remove');
}
