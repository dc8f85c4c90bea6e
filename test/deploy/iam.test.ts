import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { policyFor, roles } from '../../src/deploy/iam.ts';

const place = {
  region: 'eu-west-1',
  account: '123456789012',
  stack: 'orders-prod',
  bucket: 'orders-prod-artifacts-123456789012-eu-west-1',
};
const actionsOf = (role: (typeof roles)[number]) =>
  policyFor(role, place).Statement.flatMap(({ Action }) => Action);

/** SDK command -> what IAM calls that, where it is not `service:Command`. */
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
  'cloudwatch-logs': 'logs',
  s3: 's3',
  sqs: 'sqs',
  dynamodb: 'dynamodb',
};

it('allows somebody every request that some command makes', () => {
  const needed = globSync('src/aws/sdk/*.ts').flatMap((file) => {
    const name = /([\w-]+)\.ts$/.exec(file)?.[1] ?? '';
    const commands = readFileSync(file, 'utf8').matchAll(/\b(\w+)Command\b/g);
    // Every principal may call GetCallerIdentity.
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

it("names the stack's own resources only, and no action by a pattern", () => {
  for (const role of roles) {
    for (const { Sid, Action, Resource } of policyFor(role, place).Statement) {
      expect(Action.join()).not.toContain('*');
      if (Sid === 'Account') continue;
      for (const each of Resource) {
        expect(each).toMatch(/orders-prod|:aws:transform\/|apigateway:eu-west-1::|execute-api/);
      }
    }
  }
});

it('lets who only observes change nothing and read no order', () => {
  const actions = actionsOf('observe');
  for (const action of actions) {
    expect(action).toMatch(
      /:(Describe|List|Query|Get(AccountSettings|Alias|QueueAttributes|Template)$)/,
    );
  }
  const indexes = policyFor('observe', place).Statement.filter(({ Action }) =>
    Action.some((each) => /^dynamodb:(?!DescribeTable)/.test(each)),
  );
  for (const { Resource } of indexes) for (const arn of Resource) expect(arn).toContain('/index/');
});
