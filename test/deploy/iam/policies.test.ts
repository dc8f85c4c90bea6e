import { describe, expect, it } from 'vitest';
import {
  buildPolicies,
  buildServiceRole,
  type NamedPolicy,
} from '../../../src/deploy/iam/build-policy.ts';
import { kindsByType } from '../../../src/deploy/iam/handler-calls.ts';
import { measurePolicy, policyLimits } from '../../../src/deploy/iam/policy.ts';
import { roles } from '../../../src/deploy/iam/roles.ts';
import { checkStackName } from '../../../src/deploy/prepare-stack.ts';
import type { Permission } from '../../../src/local/iam/permission.ts';
import { createDecider } from './decide.ts';
import { account, listResourcePermissions, scopeFor } from './scope.ts';
import { listTemplateResources } from './template-resources.ts';

const statementsOf = (policies: readonly NamedPolicy[]) =>
  policies.flatMap(({ document }) => document.Statement);

const format = ({ action, resource }: Permission) => `${action} ${resource}`;

describe('deploy', () => {
  it('covers all resources of the template, and the service role does so, too', () => {
    const types = listTemplateResources('orders', 'b').map(({ type }) => type);
    expect(new Set(types)).toEqual(new Set(Object.keys(kindsByType)));
    const needed = listResourcePermissions('orders');
    expect(needed.length).toBeGreaterThan(300);
    const { policies } = buildServiceRole(scopeFor('orders'), 'orders-cloudformation');
    for (const role of [buildPolicies('deploy', scopeFor('orders')), policies]) {
      const isAllowed = createDecider(role);
      expect(needed.filter((one) => !isAllowed(one)).map(format)).toEqual([]);
    }
  });

  it('contains no action that CloudFormation or a command does not need', () => {
    const needed = new Set(listResourcePermissions('orders').map(({ action }) => action));
    const { policies } = buildServiceRole(scopeFor('orders'), 'orders-cloudformation');
    const superfluous = statementsOf(policies)
      .flatMap(({ Action }) => Action)
      .filter((action) => !needed.has(action));
    // CloudFormation checks the transform with the service role.
    expect(superfluous).toEqual(['cloudformation:CreateChangeSet']);
  });

  it('needs only CloudFormation, the bucket and the checks after a deployment with a service role', () => {
    const roleArn = `arn:aws:iam::${account}:role/orders-cloudformation`;
    const [policy, ...others] = buildPolicies('deploy', { ...scopeFor('orders'), roleArn });
    expect(others).toEqual([]);
    const statements = policy?.document.Statement ?? [];
    expect(statements.find(({ Sid }) => Sid === 'ServiceRole')).toEqual({
      Sid: 'ServiceRole',
      Effect: 'Allow',
      Action: ['iam:PassRole'],
      Resource: [roleArn],
      Condition: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
    });
    const actions = statements.flatMap(({ Action }) => Action);
    const changes = actions.filter((action) =>
      /:(Create|Delete|Put|Update|Tag|Add|Remove)/.test(action),
    );
    expect(changes.filter((action) => !/^(cloudformation|s3):/.test(action)).sort()).toEqual([
      'dynamodb:UpdateItem',
      'lambda:DeleteFunction',
      'lambda:UpdateAlias',
    ]);
    expect(actions.some((action) => action.startsWith('apigateway:'))).toBe(false);
  });
});

describe('other stacks', () => {
  it("does not cover resources of a stack whose name begins with the stack's name", () => {
    const isAllowed = createDecider(buildPolicies('deploy', scopeFor('orders')));
    const others = listResourcePermissions('orders-prod').filter((one) => isAllowed(one));
    // These have no names, or their ids are generated.
    const unavoidable =
      /^(apigateway:|cloudwatch:DescribeAlarms|logs:Describe(LogGroups|ResourcePolicies))/;
    expect(others.map(format).filter((text) => !unavoidable.test(text))).toEqual([]);
  });

  it('covers generated names of a stack that is named like a resource, and rejects such a name', () => {
    const isAllowed = createDecider(buildPolicies('deploy', scopeFor('orders')));
    const table = {
      action: 'dynamodb:DeleteTable',
      resource: `arn:aws:dynamodb:us-east-2:${account}:table/orders-OrdersTable-PaymentsTable-ABCDEFGHIJKL`,
    };
    expect(isAllowed(table)).toBe(true);
    expect(() => checkStackName('orders-OrdersTable')).toThrow('OrdersTable');
    expect(() => checkStackName('orders-OrderStatusRole-2')).toThrow('OrderStatusRole');
    expect(() => checkStackName('orders-Orders')).not.toThrow();
  });

  it('covers names that CloudFormation shortens', () => {
    // Observed names: https://github.com/convox/rack/issues/2297
    const stack = 'lambda-durable-order-processing-production';
    const isAllowed = createDecider(buildPolicies('deploy', scopeFor(stack)));
    for (const name of [
      'lambda-durable-order-processing-OrderProcessingRole-ABCDEFGHIJKL',
      'lambda-durable-order-processin-OrderProcessingRole-1ABCDEFGHIJKL',
    ]) {
      const resource = `arn:aws:iam::${account}:role/${name}`;
      expect(isAllowed({ action: 'iam:CreateRole', resource })).toBe(true);
    }
  });
});

describe('all roles', () => {
  const names = ['orders', 'lambda-durable-order-processing', 'A'.repeat(55)];
  const regions = ['us-east-2', 'ap-southeast-2', 'us-gov-west-1', 'cn-northwest-1'];

  it('stay within the limits of IAM', () => {
    for (const region of regions) {
      for (const stack of names) {
        const scope = scopeFor(stack, region);
        const roleArn = `arn:aws-us-gov:iam::${account}:role/${'r'.repeat(64)}`;
        const documents = [
          ...roles.flatMap((role) => buildPolicies(role, scope)),
          ...buildPolicies('deploy', { ...scope, roleArn }),
        ].map(({ document }) => measurePolicy(document));
        expect(Math.max(...documents)).toBeLessThanOrEqual(policyLimits.managed);
        const { policies, trust } = buildServiceRole(scope, 'role');
        const inline = policies.reduce((sum, { document }) => sum + measurePolicy(document), 0);
        expect(inline).toBeLessThanOrEqual(policyLimits.roleInline);
        expect(measurePolicy(trust)).toBeLessThanOrEqual(policyLimits.trust);
      }
    }
    expect(buildPolicies('observe', scopeFor(names[2] ?? ''))).toHaveLength(1);
    expect(buildPolicies('operate', scopeFor(names[2] ?? ''))).toHaveLength(1);
  });

  it('have no statement with which their holder extends their own permissions', () => {
    const roleArn = `arn:aws:iam::${account}:role/orders-cloudformation`;
    const scope = scopeFor('orders');
    const { policies } = buildServiceRole(scope, 'orders-cloudformation');
    const holders = ['role/orders-cloudformation', 'role/orders-deploy', 'role/orders', 'user/ann'];
    const changes = [
      'AttachRolePolicy',
      'AttachUserPolicy',
      'CreatePolicyVersion',
      'PutRolePermissionsBoundary',
      'PutRolePolicy',
      'PutUserPolicy',
      'UpdateAssumeRolePolicy',
      'DeleteRolePermissionsBoundary',
    ];
    for (const documents of [
      ...roles.map((role) => buildPolicies(role, scope)),
      buildPolicies('deploy', { ...scope, roleArn }),
      policies,
    ]) {
      const isAllowed = createDecider(documents);
      for (const holder of holders) {
        const resource = `arn:aws:iam::${account}:${holder}`;
        const allowed = changes.filter((name) => isAllowed({ action: `iam:${name}`, resource }));
        expect(allowed).toEqual([]);
        expect(isAllowed({ action: 'sts:AssumeRole', resource })).toBe(false);
      }
      for (const { Action, Resource, Sid } of statementsOf(documents)) {
        expect(Action.join()).not.toContain('*');
        const isIam = Action.some((action) => action.startsWith('iam:'));
        if (isIam) for (const arn of Resource) expect([Sid, arn]).not.toEqual([Sid, '*']);
      }
    }
  });

  it('pass roles only to Lambda and CloudFormation', () => {
    const isAllowed = createDecider(buildPolicies('deploy', scopeFor('orders')));
    const resource = `arn:aws:iam::${account}:role/orders-OrderStatusRole-ABCDEFGHIJKL`;
    const pass = (service: string) =>
      isAllowed({
        action: 'iam:PassRole',
        resource,
        conditions: { 'iam:PassedToService': service },
      });
    expect([pass('lambda.amazonaws.com'), pass('ec2.amazonaws.com')]).toEqual([true, false]);
  });

  it('contain a trust policy for CloudFormation in the same account only', () => {
    expect(buildServiceRole(scopeFor('orders'), 'role').trust).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'cloudformation.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': account } },
        },
      ],
    });
  });
});

describe('observe', () => {
  const isAllowed = createDecider(buildPolicies('observe', scopeFor('orders')));
  const resource = `arn:aws:dynamodb:us-east-2:${account}:table/orders-OrdersTable-ABCDEFGHIJKL`;

  it('reads states of orders, but no personal data', () => {
    const read = (attributes: readonly string[] | undefined, select: string) =>
      isAllowed({
        action: 'dynamodb:BatchGetItem',
        resource,
        conditions: {
          ...(attributes ? { 'dynamodb:Attributes': attributes } : {}),
          'dynamodb:Select': select,
        },
      });
    expect(read(['orderId', 'status'], 'SPECIFIC_ATTRIBUTES')).toBe(true);
    expect(read(['orderId', 'customerEmail'], 'SPECIFIC_ATTRIBUTES')).toBe(false);
    expect(read(['orderId', 'items'], 'SPECIFIC_ATTRIBUTES')).toBe(false);
    expect(read(undefined, 'ALL_ATTRIBUTES')).toBe(false);
    expect(read(['orderId'], 'ALL_ATTRIBUTES')).toBe(false);
    expect(isAllowed({ action: 'dynamodb:GetItem', resource })).toBe(false);
  });

  it('changes nothing', () => {
    const actions = statementsOf(buildPolicies('observe', scopeFor('orders'))).flatMap(
      ({ Action }) => Action,
    );
    for (const action of actions) expect(action).toMatch(/:(Describe|List|Query|BatchGet|Get)/);
  });
});
