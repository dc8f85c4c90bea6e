import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { expect, it, onTestFinished } from 'vitest';
import { buildServiceRole } from '../../../src/deploy/iam/build-policy.ts';
import { startProject } from './run-commands.ts';
import { account, scopeFor } from './scope.ts';

const roleArn = `arn:aws:iam::${account}:role/orders-cloudformation`;

it('deploys and destroys with the service role alone, under the policy of a deployer that may only pass it', async () => {
  const project = await startProject({ roleArn });
  onTestFinished(() => project.close());
  const { name, trust, policies } = buildServiceRole(scopeFor('orders'), 'orders-cloudformation');
  const role = {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: name,
      AssumeRolePolicyDocument: trust,
      Policies: policies.map(({ name: PolicyName, document: PolicyDocument }) => ({
        PolicyName,
        PolicyDocument,
      })),
    },
  };
  const { url: endpoint, credentials } = project.runtime;
  const client = new CloudFormationClient({ endpoint, region: 'us-east-2', credentials });
  await client.send(
    new CreateStackCommand({
      StackName: 'service-role',
      TemplateBody: JSON.stringify({ Resources: { Role: role } }),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );

  const deployed = await project.runAs('deploy', ['deploy', '--yes', '--json']);
  expect([deployed.code, deployed.stderr]).toEqual([0, expect.any(String)]);
  const refused = await project.runAs('operate', ['deploy', '--yes']);
  expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('not authorized') });
  const destroyed = await project.runAs('deploy', ['destroy', '--confirm', 'rec', '--yes']);
  expect([destroyed.code, destroyed.stderr]).toEqual([0, expect.stringContaining('Destroyed')]);
});
