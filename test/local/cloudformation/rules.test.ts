import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClientRuntime } from '../client-runtime.ts';

let local: Awaited<ReturnType<typeof startClientRuntime>>;
let client: CloudFormationClient;
let ssm: SSMClient;

beforeAll(async () => {
  local = await startClientRuntime();
  const { settings } = local;
  client = new CloudFormationClient(settings);
  ssm = new SSMClient(settings);
});
afterAll(async () => {
  client.destroy();
  ssm.destroy();
  await local.close();
});

const Parameters = {
  Size: { Type: 'String', Default: 'small' },
  Zones: { Type: 'CommaDelimitedList', Default: 'a,b' },
  Users: { Type: 'CommaDelimitedList', Default: '' },
};
const Resources = { Q: { Type: 'AWS::SQS::Queue' } };
const size = { Ref: 'Size' };
const isSmall = { 'Fn::Equals': [size, 'small'] };
const isLarge = { 'Fn::Equals': [size, 'large'] };

function withRule(rule: object, parameters: object = Parameters): string {
  return JSON.stringify({ Parameters: parameters, Rules: { Own: rule }, Resources });
}

const withAssert = (Assert: unknown, RuleCondition?: unknown) =>
  withRule({
    ...(RuleCondition === undefined ? {} : { RuleCondition }),
    Assertions: [{ Assert, AssertDescription: 'The size is wrong' }],
  });

let stackCount = 0;
function createStack(TemplateBody: string): Promise<unknown> {
  stackCount += 1;
  return client.send(new CreateStackCommand({ StackName: `rules-${stackCount}`, TemplateBody }));
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html
describe('evaluates the functions of rules as their reference describes', () => {
  it.each<[string, unknown]>([
    ['Fn::Equals', isSmall],
    ['Fn::Not', { 'Fn::Not': [isLarge] }],
    ['Fn::And', { 'Fn::And': [isSmall, { 'Fn::Not': [isLarge] }] }],
    ['Fn::Or', { 'Fn::Or': [isLarge, isSmall] }],
    ['Fn::Contains', { 'Fn::Contains': [['small', 'large'], size] }],
    ['Fn::Contains of a list parameter', { 'Fn::Contains': [{ Ref: 'Zones' }, 'b'] }],
    ['Fn::EachMemberEquals', { 'Fn::EachMemberEquals': [[size, 'small'], 'small'] }],
    ['Fn::EachMemberIn', { 'Fn::EachMemberIn': [{ Ref: 'Zones' }, ['a', 'b', 'c']] }],
    ['a pseudo parameter', { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-2'] }],
  ])('%s', async (_, assertion) => {
    await createStack(withAssert(assertion));
    await expect(createStack(withAssert({ 'Fn::Not': [assertion] }))).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Template validation error: an assertion of rule Own failed: The size is wrong',
    });
  });
});

it('skips the assertions of a rule whose condition is false', async () => {
  await createStack(withAssert(isLarge, isLarge));
  await expect(createStack(withAssert(isLarge, isSmall))).rejects.toThrow('The size is wrong');
});

// https://github.com/aws-cloudformation/cfn-lint/issues/979
it('finds the empty text in an empty list, as CloudFormation does', async () => {
  const rule = { 'Fn::Not': [{ 'Fn::Contains': [{ Ref: 'Users' }, ''] }] };
  await expect(createStack(withAssert(rule))).rejects.toThrow('rule Own failed');
});

// A template that the CDK makes has this rule: https://github.com/aws/aws-cdk/issues/17942
it('compares the value of a parameter of SSM, which a rule can check', async () => {
  const Name = '/bootstrap/version';
  await ssm.send(new PutParameterCommand({ Name, Value: '5', Type: 'String' }));
  const Version = { Type: 'AWS::SSM::Parameter::Value<String>', Default: Name };
  const Assert = { 'Fn::Not': [{ 'Fn::Contains': [['4', '5'], { Ref: 'Version' }] }] };
  const template = withRule({ Assertions: [{ Assert }] }, { Version });
  await expect(createStack(template)).rejects.toThrow(/rule Own failed$/);
  await ssm.send(new PutParameterCommand({ Name, Value: '6', Overwrite: true }));
  await createStack(template);
});

it('creates and changes nothing when an assertion fails', async () => {
  const StackName = 'kept';
  const failing = { StackName, TemplateBody: withAssert(isLarge) };
  const describeStack = () => client.send(new DescribeStacksCommand({ StackName }));
  await expect(client.send(new CreateStackCommand(failing))).rejects.toThrow('rule Own');
  const change = { ...failing, ChangeSetName: 'c', ChangeSetType: 'CREATE' as const };
  await expect(client.send(new CreateChangeSetCommand(change))).rejects.toThrow('rule Own');
  await expect(describeStack()).rejects.toThrow('does not exist');
  await client.send(new CreateStackCommand({ StackName, TemplateBody: withAssert(isSmall) }));
  await expect(client.send(new UpdateStackCommand(failing))).rejects.toThrow('rule Own');
  const { Stacks: [stack] = [] } = await describeStack();
  expect(stack?.StackStatus).toBe('CREATE_COMPLETE');
});

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
describe('ValidateTemplate refuses a rule that is malformed or not served, and names the fault', () => {
  const refAll = { 'Fn::RefAll': 'AWS::EC2::VPC::Id' };
  it.each<[string, object]>([
    ['must have a list of Assertions', {}],
    ['unknown property Assertion ', { Assertions: [{ Assertion: isSmall }] }],
    ['unknown property Condition ', { Condition: 'C', Assertions: [{ Assert: isSmall }] }],
    ['must use a rule-specific function', { Assertions: [{ Assert: 'true' }] }],
    // https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1183
    ['cannot use Condition', { Assertions: [{ Assert: { Condition: 'C' } }] }],
    // https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/921
    [
      'cannot use Fn::If',
      { Assertions: [{ Assert: { 'Fn::Equals': [{ 'Fn::If': ['C', 'a', 'b'] }, 'a'] } }] },
    ],
    [
      'Fn::Not in rule Own needs 1',
      { Assertions: [{ Assert: { 'Fn::Not': [isSmall, isLarge] } }] },
    ],
    [
      'Unresolved dependencies [Q]',
      { Assertions: [{ Assert: { 'Fn::Equals': [{ Ref: 'Q' }, 'a'] } }] },
    ],
    [
      'does not implement Fn::RefAll',
      { Assertions: [{ Assert: { 'Fn::EachMemberIn': [['a'], refAll] } }] },
    ],
  ])('%s', async (message, rule) => {
    const command = new ValidateTemplateCommand({ TemplateBody: withRule(rule) });
    await expect(client.send(command)).rejects.toThrow(message);
  });
});

it('reads the short forms of the functions in YAML', async () => {
  const yaml = [
    'Parameters: {Size: {Type: String, Default: small}}',
    'Rules:',
    '  Own:',
    '    RuleCondition: !Contains [[small], !Ref Size]',
    '    Assertions: [{Assert: !EachMemberIn [[!Ref Size], [large]]}]',
    'Resources: {Q: {Type: AWS::SQS::Queue}}',
  ].join('\n');
  await expect(createStack(yaml)).rejects.toThrow('rule Own failed');
});
