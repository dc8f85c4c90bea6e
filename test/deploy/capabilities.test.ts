import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { requiredCapabilities } from '../../src/deploy/capabilities.ts';
import { deploy } from '../../src/deploy/deploy.ts';
import { awaitResult } from '../../src/deploy/events.ts';
import { fakeAws, fakeTarget } from '../aws/fake-aws.ts';

const withResource = (Type: string, Properties: object = {}) =>
  requiredCapabilities({ Resources: { R: { Type, Properties } } });

it("requires only CAPABILITY_IAM for the project's template", () => {
  const text = readFileSync(new URL('../../template.yaml', import.meta.url), 'utf8');
  expect(requiredCapabilities(parse(text, { logLevel: 'silent' }))).toEqual(['CAPABILITY_IAM']);
});

it('requires the capabilities of other templates', () => {
  expect(withResource('AWS::SQS::Queue')).toEqual([]);
  expect(withResource('AWS::IAM::Role')).toEqual(['CAPABILITY_IAM']);
  expect(withResource('AWS::IAM::Role', { RoleName: 'r' })).toEqual(['CAPABILITY_NAMED_IAM']);
  expect(withResource('AWS::Serverless::Function')).toEqual(['CAPABILITY_IAM']);
  expect(withResource('AWS::Serverless::Function', { Role: 'r' })).toEqual([]);
  expect(withResource('AWS::CloudFormation::Stack')).toEqual([
    'CAPABILITY_NAMED_IAM',
    'CAPABILITY_AUTO_EXPAND',
  ]);
  expect(requiredCapabilities({ Transform: ['Macro'] })).toEqual(['CAPABILITY_AUTO_EXPAND']);
});

it.each(['x'.repeat(56), '1-orders', 'or_ders'])(
  'rejects the stack name %s before any request',
  async (stack) => {
    using aws = await fakeAws(() => ({ body: '' }));
    const environment = { name: 'fake', region: 'us-east-2', stack };
    const deployment = awaitResult(deploy(fakeTarget(aws.url, '/nowhere', { environment })));
    await expect(deployment).rejects.toMatchObject({ code: 'InvalidStackName' });
    expect(aws.calls).toEqual([]);
  },
);
