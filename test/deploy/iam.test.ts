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
  'objects:HeadBucket': 's3:ListBucket',
  'objects:HeadObject': 's3:GetObject',
  'objects:DeleteObjects': 's3:DeleteObject',
  'objects:ListObjectVersions': 's3:ListBucketVersions',
  'objects:PutBucketLifecycleConfiguration': 's3:PutLifecycleConfiguration',
  'objects:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  'lambda:Invoke': 'lambda:InvokeFunction',
  'tables:BatchGet': 'dynamodb:BatchGetItem',
  'tables:Get': 'dynamodb:GetItem',
  'tables:Update': 'dynamodb:UpdateItem',
  'queues:ChangeMessageVisibilityBatch': 'sqs:ChangeMessageVisibility',
};
const services: Readonly<Record<string, string>> = {
  cloudformation: 'cloudformation',
  lambda: 'lambda',
  logs: 'logs',
  objects: 's3',
  queues: 'sqs',
  tables: 'dynamodb',
};

it('allows somebody every request that some command makes', () => {
  const needed = globSync('src/target/sdk/*.ts').flatMap((file) => {
    const name = /(\w+)\.ts$/.exec(file)?.[1] ?? '';
    const commands = readFileSync(file, 'utf8').matchAll(/\b(\w+)Command\b/g);
    // Whoever has credentials may ask whose they are.
    if (name === 'identity') return [];
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
  const tables = policyFor('observe', place).Statement.filter(({ Action }) =>
    Action.some((each) => /^dynamodb:(?!DescribeTable)/.test(each)),
  );
  for (const { Resource } of tables) for (const each of Resource) expect(each).toContain('/index/');
});
