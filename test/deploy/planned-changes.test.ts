import { PassThrough } from 'node:stream';
import type { Change } from '@aws-sdk/client-cloudformation';
import { expect, it } from 'vitest';
import { formatPlan } from '../../src/cli/deploy/plan-text.ts';
import {
  changesNeedingApproval,
  isAccessChange,
  toPlannedChanges,
} from '../../src/deploy/planned-changes.ts';

const change = (more: Change['ResourceChange']): Change => ({
  Type: 'Resource',
  ResourceChange: more,
});
const property = (Name: string) => ({ Target: { Attribute: 'Properties', Name } as const });

const changes = toPlannedChanges([
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

it('reads the action and the changed properties of each resource', () => {
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

it('requires approval for changes that lose data, but not for retained resources', () => {
  expect(changesNeedingApproval(changes, 'replace').map(({ logicalId }) => logicalId)).toEqual([
    'Orders',
  ]);
  expect(changesNeedingApproval(changes, 'remove').map(({ logicalId }) => logicalId)).toEqual([
    'Old',
  ]);
  expect(changes.filter(isAccessChange).map(({ logicalId }) => logicalId)).toEqual(['Role']);
});

it('treats a conditional change of only DurableConfig as no replacement', () => {
  const conditional = (name: string) =>
    change({
      Action: 'Modify',
      LogicalResourceId: 'Workflow',
      ResourceType: 'AWS::Lambda::Function',
      Replacement: 'Conditional',
      Details: [
        {
          Target: { Attribute: 'Properties', Name: name, RequiresRecreation: 'Conditionally' },
        },
        { Target: { Attribute: 'Properties', Name: 'Timeout', RequiresRecreation: 'Never' } },
      ],
    });
  const [durable, other] = toPlannedChanges([conditional('DurableConfig'), conditional('Layers')]);
  expect(durable).toMatchObject({ action: 'modify', maybe: false });
  expect(other).toMatchObject({ action: 'replace', maybe: true });
});

it('says if the deployment publishes a version', () => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  expect(formatPlan(changes, { staying: 0, publishes: true, stream })).toContain(
    '\nPublishes a version: new orders run on it.\n',
  );
});

it.each(['Add', 'Modify'] as const)('counts a function version apart: %s', (Action) => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  const version = change({
    Action,
    LogicalResourceId: 'Version2',
    ResourceType: 'AWS::Lambda::Version',
    Replacement: 'True',
    Details: [property('Description')],
  });
  expect(formatPlan(toPlannedChanges([version]), { staying: 0, stream })).toBe(
    '1 version to publish\n  +  Version2  function version\n',
  );
});

it('shows changed values, and only the name of a property with a long value', () => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  const value = (Name: string, BeforeValue: string, AfterValue: string) => ({
    Target: { Attribute: 'Properties' as const, Name, BeforeValue, AfterValue },
  });
  const changed = toPlannedChanges([
    change({
      Action: 'Modify',
      LogicalResourceId: 'Workflow',
      ResourceType: 'AWS::Lambda::Function',
      Details: [
        value('MemorySize', '512', '640'),
        value('Code', 'x'.repeat(80), 'y'),
        value('Version', '1', '{{changeSet:KNOWN_AFTER_APPLY}}'),
      ],
    }),
  ]);
  const parameters = [
    { name: 'WarehouseWaitSeconds', before: '300', after: '60' },
    { name: 'Key', before: '****', after: '****' },
    { name: 'Topic', before: 'arn', after: '' },
  ];
  expect(formatPlan(changed, { parameters, staying: 0, stream })).toBe(`1 to change
  WarehouseWaitSeconds 300 → 60
  Key **** → ****
  Topic arn → ""
  ~  Workflow  function  Code
       MemorySize 512 → 640
       Version 1 → (known later)
`);
});

it('shows permission changes separately, and the effect on running orders', () => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  expect(
    formatPlan(changes, { staying: 2, stream }),
  ).toBe(`1 to add, 2 to change, 1 to replace, 1 to remove, 1 to keep outside the stack
  +  Alarm     alarm
  ~  Workflow  function          Code, Environment
  ±  Orders    table             possibly replaced: KeySchema
  -  Old       queue
  -  Version1  function version  kept outside the stack
Permissions change:
  ~  Role  role  Policies, Tags
2 running orders finish on their current version.
`);
  expect(formatPlan([], { staying: 0, stream })).toBe('Only stack outputs or settings change.\n');
});
