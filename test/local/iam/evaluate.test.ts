import { expect, it } from 'vitest';
import { createAuthorizer } from '../../../src/local/iam/authorizer.ts';
import { parsePolicy } from '../../../src/local/iam/policy-document.ts';
import type { Principal } from '../../../src/local/iam/principal.ts';

const table = 'arn:aws:dynamodb:us-east-2:000000000000:table/orders';
const fn = 'arn:aws:lambda:us-east-2:000000000000:function:worker';
const queue = 'arn:aws:sqs:us-east-2:000000000000:letters';
const session: Principal = { kind: 'session', role: 'worker', session: 'worker' };
const rule: Principal = {
  kind: 'service',
  service: 'events.amazonaws.com',
  sourceArn: 'arn:aws:events:us-east-2:000000000000:rule/ended',
};

interface Question {
  identity?: object | object[];
  resource?: object | object[];
  principal?: Principal;
  action?: string;
  target?: string;
  conditions?: Readonly<Record<string, string | readonly string[]>>;
}

/** Returns the decision of policies that have the given statements. */
function decide({ identity = [], resource = [], principal = session, ...asked }: Question) {
  const { action = 'dynamodb:GetItem', target = table, conditions = {} } = asked;
  const compile = (statement: object | object[], kind: 'identity' | 'resource') =>
    parsePolicy({ Version: '2012-10-17', Statement: statement }, kind);
  const authorizer = createAuthorizer({
    identityPolicies: () => ([identity].flat().length > 0 ? [compile(identity, 'identity')] : []),
    resourcePolicy: () =>
      [resource].flat().length > 0 ? compile(resource, 'resource') : undefined,
    generation: () => 1,
  });
  const decision = authorizer.authorize(principal, { action, resource: target, conditions });
  return decision.allowed ? 'allowed' : decision.reason;
}

const allow = (rest: object = {}) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...rest });
const deny = (rest: object = {}) => ({ ...allow(rest), Effect: 'Deny' });
const allowAll = (rest: object = {}) => allow({ Principal: '*', ...rest });

it.each<[string, Question, string]>([
  ['nothing allows the action', {}, 'implicit'],
  ['the identity allows it', { identity: allow() }, 'allowed'],
  ['only the resource allows it', { resource: allowAll() }, 'allowed'],
  ['the identity also denies it', { identity: [allow(), deny()] }, 'explicit-identity'],
  [
    'the resource denies it',
    { identity: allow(), resource: deny({ Principal: '*' }) },
    'explicit-resource',
  ],
  ['the caller is root', { principal: { kind: 'root' } }, 'allowed'],
  [
    'the resource denies it to root',
    { principal: { kind: 'root' }, resource: deny({ Principal: '*' }) },
    'explicit-resource',
  ],
  ['a service has no permission', { principal: rule }, 'implicit-resource'],
  [
    'a denied caller asks who it is',
    { identity: deny(), action: 'sts:GetCallerIdentity' },
    'allowed',
  ],
])('decides when %s', (_, question, expected) => {
  expect(decide(question)).toBe(expected);
});

it.each<[string, string, string | string[], boolean]>([
  ['Action', 'dynamodb:GetItem', 'dynamodb:getitem', true],
  ['Action', 'dynamodb:GetItem', 'dynamodb:*Item', true],
  ['Action', 'dynamodb:GetItem', 'dynamodb:Get?tem', true],
  ['Action', 'dynamodb:BatchGetItem', 'dynamodb:GetItem', false],
  ['Action', 'dynamodb:GetItem', ['sqs:*', 'DYNAMODB:GETITEM'], true],
  ['Action', 'dynamodb:GetItem', 'lambda:*', false],
  ['NotAction', 'dynamodb:GetItem', ['iam:*', 'sqs:*'], true],
  ['NotAction', 'dynamodb:GetItem', 'dynamodb:Get*', false],
])('compares %s: %s with %j', (element, action, pattern, expected) => {
  const identity = { Effect: 'Allow', [element]: pattern, Resource: '*' };
  expect(decide({ identity, action })).toBe(expected ? 'allowed' : 'implicit');
});

it.each<[string, string | string[], boolean]>([
  [fn, fn, true],
  [`${fn}:live`, fn, false],
  [`${fn}:live`, `${fn}:*`, true],
  [fn, `${fn}:*`, false],
  [`${fn}2`, `${fn}*`, true],
  [`${fn}:live`, `${fn}*`, true],
  [`${fn}:3/durable-execution/order/id`, `${fn}:*`, true],
  [`${fn}:3/durable-execution/order/id`, `${fn}:live`, false],
  [fn.toUpperCase(), fn, false],
  [table, 'arn:aws:dynamodb:*:*:table/orders', true],
  [`${table}/index/byCreated`, table, false],
  [`${table}/index/byCreated`, `${table}/index/*`, true],
  [`${table}/index/byCreated`, 'arn:aws:dynamodb:*:*:table/*/index/byCreated', true],
  // A star inside a segment stays in it; a star that ends one does not.
  ['arn:aws:sqs:us-east-2:000000000000:a', 'arn:aws:sqs:us*0:a', false],
  ['arn:aws:sqs:us-east-2:000000000000:a', 'arn:aws:sqs:us*:a', true],
  [table, [queue, 'arn:aws:dynamodb:us-east-?:000000000000:table/orders'], true],
  ['arn:aws:s3:::b/a*', `arn:aws:s3:::b/a\${*}`, true],
  ['arn:aws:s3:::b/ab', `arn:aws:s3:::b/a\${*}`, false],
])('compares the resource %s with %j', (target, pattern, expected) => {
  const identity = allow({ Resource: pattern });
  expect(decide({ identity, target })).toBe(expected ? 'allowed' : 'implicit');
});

it('compares a pattern of many stars in linear time', () => {
  const identity = allow({ Resource: `arn:aws:s3:::${'*a'.repeat(60)}b` });
  expect(decide({ identity, target: `arn:aws:s3:::${'a'.repeat(2_000)}` })).toBe('implicit');
});

const own = 'aws:ResourceTag/owner';

it.each<[object, Question['conditions'], boolean]>([
  [{ StringEquals: { [own]: ['a', 'b'] } }, { [own]: 'b' }, true],
  [{ StringEquals: { [own]: 'B' } }, { [own]: 'b' }, false],
  [{ StringEqualsIgnoreCase: { [own]: 'B' } }, { [own]: 'b' }, true],
  [{ StringEquals: { 'AWS:RESOURCETAG/owner': 'b' } }, { [own]: 'b' }, true],
  [{ StringEquals: { [own]: 'b' } }, {}, false],
  [{ StringNotEquals: { [own]: 'b' } }, {}, true],
  [{ StringNotEquals: { [own]: ['a', 'b'] } }, { [own]: 'b' }, false],
  [{ StringEqualsIfExists: { [own]: 'b' } }, {}, true],
  [{ StringEqualsIfExists: { [own]: 'b' } }, { [own]: 'c' }, false],
  [{ StringLike: { [own]: 'team-*' } }, { [own]: 'team-1' }, true],
  [{ StringNotLike: { [own]: 'team-*' } }, { [own]: 'team-1' }, false],
  [{ Null: { [own]: 'true' } }, {}, true],
  [{ Null: { [own]: true } }, { [own]: 'x' }, false],
  [{ Bool: { 'aws:SecureTransport': 'true' } }, {}, true],
  [{ Bool: { 'aws:SecureTransport': 'false' } }, {}, false],
  [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/work*' } }, {}, true],
  [{ ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::000000000000:user/worker' } }, {}, false],
  // A star does not cross one of the first five colons.
  [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:*:role/worker' } }, {}, false],
  [{ ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/other' } }, {}, true],
  [{ StringEquals: { 'aws:PrincipalAccount': '000000000000' } }, {}, true],
  [{ ArnLike: { 'aws:SourceArn': '*' } }, {}, false],
  [{ IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, {}, true],
  [{ NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '127.0.0.1'] } }, {}, false],
  [{ DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, {}, true],
  [{ NumericLessThan: { 'aws:EpochTime': 1_000 } }, {}, false],
  [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } }, { 'aws:TagKeys': ['a'] }, true],
  [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } }, { 'aws:TagKeys': ['a', 'c'] }, false],
  [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } }, {}, true],
  [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } }, { 'aws:TagKeys': ['a', 'c'] }, true],
  [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } }, {}, false],
  [{ 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': 'a' } }, { 'aws:TagKeys': ['a'] }, false],
  // All operators, and all keys of an operator, must match.
  [{ StringEquals: { [own]: 'b' }, Null: { 'aws:TagKeys': 'true' } }, { [own]: 'b' }, true],
  [{ StringEquals: { [own]: 'b', 'aws:RequestTag/x': 'y' } }, { [own]: 'b' }, false],
])('evaluates the condition %j for %j', (Condition, conditions = {}, expected) => {
  const identity = allow({ Condition });
  expect(decide({ identity, conditions })).toBe(expected ? 'allowed' : 'implicit');
});

it('limits reads of attributes like the example of AWS', () => {
  const identity = allow({
    Condition: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['id', 'total'] },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    },
  });
  const read = (attributes: string[], select: string) =>
    decide({
      identity,
      conditions: { 'dynamodb:Attributes': attributes, 'dynamodb:Select': select },
    });
  expect(read(['id'], 'SPECIFIC_ATTRIBUTES')).toBe('allowed');
  expect(read(['id', 'card'], 'SPECIFIC_ATTRIBUTES')).toBe('implicit');
  expect(read([], 'ALL_ATTRIBUTES')).toBe('implicit');
});

const worker = 'arn:aws:iam::000000000000:role/worker';

it.each<[unknown, Principal, boolean]>([
  ['*', session, true],
  [{ AWS: '*' }, session, true],
  [{ AWS: [worker] }, session, true],
  [{ AWS: `${worker}2` }, session, false],
  [{ AWS: 'arn:aws:sts::000000000000:assumed-role/worker/worker' }, session, true],
  [{ AWS: 'arn:aws:iam::000000000000:user/ann' }, { kind: 'user', name: 'ann' }, true],
  // An account leaves the decision to the policies of its identities.
  [{ AWS: '000000000000' }, session, false],
  [{ AWS: 'arn:aws:iam::000000000000:root' }, session, false],
  [{ Service: 'events.amazonaws.com' }, rule, true],
  [{ Service: ['apigateway.amazonaws.com', 'events.amazonaws.com'] }, rule, true],
  [{ Service: 'apigateway.amazonaws.com' }, rule, false],
  [{ Service: 'events.amazonaws.com' }, session, false],
  [{ AWS: worker }, { kind: 'anonymous' }, false],
  ['*', { kind: 'anonymous' }, true],
])('finds whether %j names %j', (Principal, principal, expected) => {
  const outcome = decide({ resource: allow({ Principal }), principal });
  expect(outcome === 'allowed').toBe(expected);
});

it('denies an account all its identities', () => {
  const resource = deny({ Principal: { AWS: '000000000000' } });
  expect(decide({ identity: allow(), resource })).toBe('explicit-resource');
});

it('compares the source of a call by a service', () => {
  const permit = (Condition: object) =>
    decide({
      resource: allow({ Principal: { Service: 'events.amazonaws.com' }, Condition }),
      principal: rule,
      target: queue,
    });
  const { sourceArn } = rule as Extract<Principal, { kind: 'service' }>;
  expect(permit({ ArnEquals: { 'aws:SourceArn': sourceArn } })).toBe('allowed');
  expect(permit({ ArnEquals: { 'aws:SourceArn': `${sourceArn}2` } })).toBe('implicit-resource');
  expect(permit({ StringEquals: { 'AWS:SourceAccount': '000000000000' } })).toBe('allowed');
  expect(permit({ StringEquals: { 'AWS:SourceAccount': '111111111111' } })).toBe(
    'implicit-resource',
  );
});

it.each<[string, object | object[], string]>([
  ['an element', { Actions: 'a:b' }, 'The element Actions is not valid'],
  ['an operator', { Condition: { StringIs: { [own]: 'x' } } }, 'Condition type : StringIs'],
  ['a condition key', { Condition: { StringEquals: { 'x:y': 'z' } } }, 'condition key x:y'],
  ['a variable', { Resource: `arn:aws:s3:::b/\${aws:username}` }, `variable \${aws:username}`],
  ['a principal', { Principal: '*' }, 'should not specify a principal'],
  ['an action', { Action: 'GetItem' }, 'must be prefaced by a vendor'],
  ['a resource', { Resource: 'orders' }, 'Resource orders must be in ARN format or "*".'],
  ['a wildcard', { Resource: 'arn:aws:*:::x' }, 'Resource vendor must be fully qualified'],
  ['both forms', { NotAction: 's3:*' }, 'Syntax errors in policy.'],
  ['an effect', { Effect: 'allow' }, 'Syntax errors in policy.'],
  ['a missing action', { Action: [] }, 'must contain actions'],
  ['a missing resource', { Resource: undefined }, 'must contain resources'],
  ['equal ids', [allow({ Sid: 'a' }), allow({ Sid: 'a' })], 'must be unique'],
])('rejects %s that AWS or the runtime does not accept', (_, statement, message) => {
  const Statement = Array.isArray(statement) ? statement : { ...allow(), ...statement };
  const parse = () => parsePolicy({ Version: '2012-10-17', Statement }, 'identity');
  expect(parse).toThrow(message);
  expect(parse).toThrow(expect.objectContaining({ name: 'MalformedPolicyDocument' }));
});

it('rejects documents that are not policies', () => {
  const parse = (document: unknown) => () => parsePolicy(document, 'identity');
  expect(parse('{')).toThrow('invalid Json');
  expect(parse([])).toThrow('Syntax errors');
  expect(parse({ Version: '2020-01-01', Statement: allow() })).toThrow('version 2020-01-01');
  expect(parse({ Version: '2012-10-17' })).toThrow('Syntax errors');
  expect(parse({ Version: '2012-10-17', Statment: allow() })).toThrow('element Statment');
});

it('distinguishes trust policies and resource policies', () => {
  const principal = { Principal: { Service: 'lambda.amazonaws.com' } };
  expect(() => parsePolicy({ Statement: allow(principal) }, 'trust')).toThrow('field Resource');
  expect(() => parsePolicy({ Statement: allow() }, 'resource')).toThrow('field Principal');
  expect(() =>
    parsePolicy({ Statement: allow({ Principal: { Federated: 'x' } }) }, 'resource'),
  ).toThrow('principals of type Federated');
});

it('names the caller, the action and the resource of a denial', () => {
  const ask = (resource: object | undefined, principal: Principal) => {
    const authorizer = createAuthorizer({
      identityPolicies: () => [],
      resourcePolicy: () =>
        resource ? parsePolicy({ Statement: resource }, 'resource') : undefined,
      generation: () => 1,
    });
    const decision = authorizer.authorizeAll(principal, [
      { action: 'sts:GetCallerIdentity', resource: '*' },
      { action: 'sqs:SendMessage', resource: queue },
      { action: 'sqs:ReceiveMessage', resource: queue },
    ]);
    return decision.allowed ? '' : decision.message;
  };
  const start = `User: arn:aws:sts::000000000000:assumed-role/worker/worker is not authorized to perform: sqs:SendMessage on resource: ${queue}`;
  expect(ask(undefined, session)).toBe(
    `${start} because no identity-based policy allows the sqs:SendMessage action`,
  );
  expect(ask(deny({ Principal: '*' }), session)).toBe(
    `${start} with an explicit deny in a resource-based policy`,
  );
  expect(ask(undefined, rule)).toContain('no resource-based policy allows the sqs:SendMessage');
});

it('decides again after a change of the policies, and asks conditions at every request', () => {
  let generation = 1;
  let statement: object = allow();
  let compiled = 0;
  const authorizer = createAuthorizer({
    identityPolicies() {
      compiled += 1;
      return [parsePolicy({ Statement: statement }, 'identity')];
    },
    resourcePolicy: () => undefined,
    generation: () => generation,
  });
  const ask = (tag: string) =>
    authorizer.authorize(session, {
      action: 'dynamodb:GetItem',
      resource: table,
      conditions: { [own]: tag },
    }).allowed;
  expect([ask('a'), ask('b'), compiled]).toEqual([true, true, 1]);
  statement = allow({ Condition: { StringEquals: { [own]: 'a' } } });
  generation += 1;
  expect([ask('a'), ask('b'), ask('a'), compiled]).toEqual([true, false, true, 4]);
});

it('lets functions and services do everything if nothing is enforced, but not users', () => {
  const authorizer = createAuthorizer({
    identityPolicies: () => [],
    resourcePolicy: () => undefined,
    generation: () => 1,
    enforced: false,
  });
  const ask = (principal: Principal) =>
    authorizer.authorize(principal, { action: 'sqs:SendMessage', resource: queue }).allowed;
  expect([session, rule, { kind: 'user', name: 'ann' } as const].map(ask)).toEqual([
    true,
    true,
    false,
  ]);
});
