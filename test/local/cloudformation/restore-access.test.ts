import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { restoreAccess } from '../../../src/local/cloudformation/access/restore-access.ts';
import { policyHandler, roleHandler } from '../../../src/local/cloudformation/resources/iam.ts';
import { noopHandler } from '../../../src/local/cloudformation/resources/noop.ts';
import { StackRepository } from '../../../src/local/cloudformation/stacks/stack-repository.ts';
import { createIam } from '../../../src/local/iam/iam.ts';
import { openStore } from '../../../src/local/store/store.ts';

it('creates the roles and policies of stacks that an earlier version deployed', () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const directory = mkdtempSync(join(tmpdir(), 'restore-'));
  const store = openStore(join(directory, 'state.sqlite'));
  const iam = createIam({ store });
  const repository = new StackRepository(store);
  const allow = (Action: string, rest: object) => ({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action, ...rest },
  });
  const AssumeRolePolicyDocument = allow('sts:AssumeRole', {
    Principal: { Service: 'lambda.amazonaws.com' },
  });
  const resource = (logicalId: string, type: string, properties: object) => ({
    logicalId,
    type,
    physicalId: logicalId.toLowerCase(),
    attributes: {},
    properties: properties as Record<string, unknown>,
    deletionPolicy: 'Delete',
    replacePolicy: 'Delete',
    status: 'CREATE_COMPLETE',
    updated: 0,
  });
  repository.save({
    id: 'stack/1',
    name: 'old',
    region: 'us-east-2',
    created: 0,
    status: 'CREATE_COMPLETE',
    template: '',
    parameters: {},
    capabilities: [],
    outputs: [],
    tags: [],
    resources: [
      resource('Worker', 'AWS::IAM::Role', { AssumeRolePolicyDocument }),
      // The role that earlier versions created for a function of SAM.
      resource('FunctionRole', 'AWS::IAM::Role', { Policies: ['AmazonSQSFullAccess'] }),
      resource('Send', 'AWS::IAM::Policy', {
        PolicyName: 'send',
        Roles: ['worker'],
        PolicyDocument: allow('sqs:SendMessage', { Resource: '*' }),
      }),
    ],
  });
  const services = { iam };
  const handlers = new Map([
    ['AWS::IAM::Role', roleHandler(services)],
    ['AWS::IAM::Policy', policyHandler(services)],
  ]);
  restoreAccess(store, repository, (type) => handlers.get(type) ?? noopHandler);
  const decide = (action: string) =>
    iam.authorize({ kind: 'session', role: 'worker', session: 's' }, { action, resource: '*' })
      .allowed;
  expect([decide('sqs:SendMessage'), decide('sqs:ReceiveMessage')]).toEqual([true, false]);
  expect(iam.roles.find('functionrole')).toBeUndefined();
  expect(stderr.mock.calls.flat()).toEqual([
    expect.stringMatching(/^FunctionRole of the stack old: /),
  ]);
  store.close();
  rmSync(directory, { recursive: true });
});
