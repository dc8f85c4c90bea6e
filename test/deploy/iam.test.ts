import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildPolicy, roles } from '../../src/deploy/iam.ts';

const place = {
  region: 'eu-west-1',
  account: '123456789012',
  stack: 'orders-prod',
  bucket: 'orders-prod-artifacts-123456789012-eu-west-1',
};
const actionsOf = (role: (typeof roles)[number]) =>
  buildPolicy(role, place).Statement.flatMap(({ Action }) => Action);

/** IAM actions of the SDK commands for which the action is not `service:Command`. */
const otherNames: Readonly<Record<string, string>> = {
  's3:HeadBucket': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:DeleteObjects': 's3:DeleteObject',
  's3:ListObjectVersions': 's3:ListBucketVersions',
  's3:PutBucketLifecycleConfiguration': 's3:PutLifecycleConfiguration',
  's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  'lambda:Invoke': 'lambda:InvokeFunction',
  'dynamodb:BatchGet': 'dynamodb:BatchGetItem',
  'dynamodb:Get': 'dynamodb:GetItem',
  'dynamodb:Update': 'dynamodb:UpdateItem',
  'sqs:ChangeMessageVisibilityBatch': 'sqs:ChangeMessageVisibility',
};
const services: Readonly<Record<string, string>> = {
  cloudformation: 'cloudformation',
  lambda: 'lambda',
  'lambda-pausing': 'lambda',
  'cloudwatch-logs': 'logs',
  s3: 's3',
  sqs: 'sqs',
  dynamodb: 'dynamodb',
};

it('allows every request of every command to at least one role', () => {
  const needed = globSync('src/aws/sdk/*.ts').flatMap((file) => {
    const name = /([\w-]+)\.ts$/.exec(file)?.[1] ?? '';
    const commands = readFileSync(file, 'utf8').matchAll(/\b(\w+)Command\b/g);
    // GetCallerIdentity needs no permission.
    if (name === 'sts') return [];
    return [...commands].map(([, command]) => {
      const known = otherNames[`${name}:${command}`];
      return known ?? `${services[name]}:${command}`;
    });
  });
  expect(needed.length).toBeGreaterThan(30);
  const allowed = new Set(roles.flatMap(actionsOf));
  expect(needed.filter((action) => !allowed.has(action))).toEqual([]);
});

it("contains only the stack's own resources and no wildcard actions", () => {
  for (const role of roles) {
    for (const { Sid, Action, Resource } of buildPolicy(role, place).Statement) {
      expect(Action.join()).not.toContain('*');
      if (Sid === 'Account') continue;
      for (const resource of Resource) {
        expect(resource).toMatch(/orders-prod|:aws:transform\/|apigateway:eu-west-1::|execute-api/);
      }
    }
  }
});

it('does not let observers change anything or read orders', () => {
  const actions = actionsOf('observe');
  for (const action of actions) {
    expect(action).toMatch(
      /:(Describe|List|Query|Get(AccountSettings|Alias|QueueAttributes|Template)$)/,
    );
  }
  const indexes = buildPolicy('observe', place).Statement.filter(({ Action }) =>
    Action.some((action) => /^dynamodb:(?!DescribeTable)/.test(action)),
  );
  for (const { Resource } of indexes) for (const arn of Resource) expect(arn).toContain('/index/');
});
