import { describe, expect, it } from 'vitest';
import { checkFunctions } from '../../../src/local/cloudformation/templates/function-arguments.ts';
import type { Template } from '../../../src/local/cloudformation/templates/template.ts';

const check = (value: unknown) =>
  checkFunctions({
    Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: [value] } } },
  } as Template);

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
describe('a function with arguments of another form is rejected with the form that it needs', () => {
  it.each<[string, unknown]>([
    ['Ref object', { Ref: ['a'] }],
    ['Ref object', { Ref: null }],
    ['Fn::And object', { 'Fn::And': [{ Condition: 'C' }] }],
    ['Fn::Base64 object', { 'Fn::Base64': {} }],
    ['Fn::Equals object', { 'Fn::Equals': ['a'] }],
    ['Fn::Equals object', { 'Fn::Equals': ['a', ['b']] }],
    ['Fn::FindInMap object', { 'Fn::FindInMap': ['a', 'b'] }],
    ['Fn::GetAtt object', { 'Fn::GetAtt': null }],
    ['Fn::GetAtt object', { 'Fn::GetAtt': 'Q' }],
    ['Fn::GetAtt object', { 'Fn::GetAtt': ['Q', ''] }],
    ['Fn::If requires', { 'Fn::If': ['C', 'a'] }],
    ['Fn::ImportValue object', { 'Fn::ImportValue': null }],
    ['Fn::Join object', { 'Fn::Join': ['-', 'a'] }],
    ['Fn::Join object', { 'Fn::Join': 'a' }],
    ['Fn::Not object', { 'Fn::Not': 'a' }],
    ['Fn::Or object', { 'Fn::Or': [] }],
    ['Fn::Select requires', { 'Fn::Select': 'a' }],
    ['Fn::Split object', { 'Fn::Split': [',', ['a']] }],
    ['Fn::Sub intrinsic', { 'Fn::Sub': null }],
    ['Fn::Sub intrinsic', { 'Fn::Sub': ['a', {}, 'b'] }],
    ['does not implement Fn::GetAZs', { 'Fn::GetAZs': '' }],
  ])('%s %j', (message, value) => {
    expect(() => check(value)).toThrow(message);
  });
});

it.each<[unknown]>([
  [{ 'Fn::Join': ['', { Ref: 'List' }] }],
  [{ 'Fn::Select': [{ Ref: 'Index' }, { 'Fn::Split': [',', { Ref: 'Text' }] }] }],
  [{ 'Fn::Sub': ['a', { b: { 'Fn::GetAtt': ['Q', 'Arn'] } }] }],
  [{ 'Fn::GetAtt': ['Nested', 'Outputs', 'Name'] }],
  [{ 'Fn::If': ['C', { 'Fn::Base64': 'a' }, { Ref: 'AWS::NoValue' }] }],
  [{ 'Fn::FindInMap': ['Map', { Ref: 'AWS::Region' }, 'Key'] }],
  [{ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Text' }, 3] }] }],
  [{ Statement: [{ Condition: { StringEquals: { 'aws:a': 'b' } } }] }],
])('accepts %j', (value) => {
  expect(() => check(value)).not.toThrow();
});
