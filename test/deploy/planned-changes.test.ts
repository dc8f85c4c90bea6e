import { PassThrough } from 'node:stream';
import type { Change } from '@aws-sdk/client-cloudformation';
import { expect, it } from 'vitest';
import { describePlan } from '../../src/cli/deploy/plan-text.ts';
import { guarded, isAccess, plannedChanges } from '../../src/deploy/planned-changes.ts';

const change = (more: Change['ResourceChange']): Change => ({
  Type: 'Resource',
  ResourceChange: more,
});
const property = (Name: string) => ({ Target: { Attribute: 'Properties', Name } as const });

const changes = plannedChanges([
  change({ Action: 'Add', LogicalResourceId: 'Alarm', ResourceType: 'AWS::CloudWatch::Alarm' }),
  change({
    Action: 'Modify',
    LogicalResourceId: 'Workflow',
    ResourceType: 'AWS::Lambda::Function',
    Replacement: 'False',
    Details: [property('Code'), property('Environment'), property('Code')],
  }),
  change({
    Action: 'Modify',
    LogicalResourceId: 'Orders',
    ResourceType: 'AWS::DynamoDB::Table',
    Replacement: 'Conditional',
    Details: [property('KeySchema')],
  }),
  change({
    Action: 'Remove',
    LogicalResourceId: 'Old',
    ResourceType: 'AWS::SQS::Queue',
    PolicyAction: 'Delete',
  }),
  change({
    Action: 'Remove',
    LogicalResourceId: 'Version1',
    ResourceType: 'AWS::Lambda::Version',
    PolicyAction: 'Retain',
  }),
  change({
    Action: 'Modify',
    LogicalResourceId: 'Role',
    ResourceType: 'AWS::IAM::Role',
    Details: [property('Policies'), { Target: { Attribute: 'Tags' } }],
  }),
]);

it('reads what a change set does to each resource, and through which properties', () => {
  expect(
    changes.map(({ action, logicalId, properties }) => [action, logicalId, properties]),
  ).toEqual([
    ['add', 'Alarm', []],
    ['modify', 'Workflow', ['Code', 'Environment']],
    ['replace', 'Orders', ['KeySchema']],
    ['remove', 'Old', []],
    ['remove', 'Version1', []],
    ['modify', 'Role', ['Policies', 'Tags']],
  ]);
});

it('guards what would take data along, and not what stays outside the stack', () => {
  expect(guarded(changes, 'replace').map(({ logicalId }) => logicalId)).toEqual(['Orders']);
  expect(guarded(changes, 'remove').map(({ logicalId }) => logicalId)).toEqual(['Old']);
  expect(changes.filter(isAccess).map(({ logicalId }) => logicalId)).toEqual(['Role']);
});

it('shows a plan with access apart and what becomes of orders on their way', () => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  expect(
    describePlan(changes, { staying: 2, stream }),
  ).toBe(`1 to add, 2 to change, 1 to replace, 2 to remove
  +  Alarm     alarm
  ~  Workflow  function          Code, Environment
  ±  Orders    table             replaced, perhaps: KeySchema
  -  Old       queue
  -  Version1  function version  stays, outside the stack
Who may do what changes:
  ~  Role  role  Policies, Tags
2 orders on the way end on the present version.
`);
  expect(describePlan([], { staying: 0, stream })).toBe(
    'Only outputs or settings of the stack change.\n',
  );
});
