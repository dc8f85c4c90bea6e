import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIam, type Iam } from '../../../src/local/iam/iam.ts';
import { createIamService } from '../../../src/local/iam/service.ts';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import type { Service, WireRequest } from '../../../src/local/wire/http.ts';

const directory = mkdtempSync(join(tmpdir(), 'iam-'));
let store: Store;
let iam: Iam;
let service: Service;

function open() {
  store = openStore(join(directory, 'state.sqlite'));
  iam = createIam({ store });
  ({ service } = createIamService(iam.roles));
}
beforeAll(open);
afterAll(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

const document = (statement: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...statement } });
const trust = document({
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: 'sts:AssumeRole',
});
const sendPolicy = document({ Action: 'sqs:SendMessage', Resource: '*' });

const toRequest = (Action: string, parameters: Readonly<Record<string, string>>): WireRequest => ({
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  rawQuery: '',
  headers: {},
  exactHeaders: {},
  body: Buffer.from(
    new URLSearchParams({ Action, Version: '2010-05-08', ...parameters }).toString(),
  ),
  region: 'us-east-2',
  caller: { kind: 'root' },
});

/** Calls an operation. Returns the status and the content of the XML elements by name, the last of each. */
async function call(action: string, parameters: Readonly<Record<string, string>> = {}) {
  const { status, body = '' } = await service.handle(toRequest(action, parameters));
  const elements = String(body).matchAll(/<(\w+)>([^<]*)<\/\1>/g);
  const values: Record<string, string> = Object.fromEntries(
    [...elements].map(([, name = '', text = '']) => [name, text]),
  );
  return { status, values };
}

const maySend = () =>
  iam.authorize(
    { kind: 'session', role: 'sender', session: 's' },
    { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:us-east-2:000000000000:q' },
  ).allowed;

it('creates, returns, changes and deletes roles with their policies', async () => {
  const RoleName = 'sender';
  const created = await call('CreateRole', {
    RoleName,
    Path: '/team/',
    AssumeRolePolicyDocument: trust,
    Description: 'sends',
    'Tags.member.1.Key': 'owner',
    'Tags.member.1.Value': 'a',
  });
  expect(created).toMatchObject({
    status: 200,
    values: {
      Arn: 'arn:aws:iam::000000000000:role/team/sender',
      RoleId: expect.stringMatching(/^AROA[A-Z0-9]{17}$/),
      MaxSessionDuration: '3600',
      Key: 'owner',
    },
  });
  const { values: role } = await call('GetRole', { RoleName });
  expect(JSON.parse(decodeURIComponent(role['AssumeRolePolicyDocument'] ?? ''))).toEqual(
    JSON.parse(trust),
  );
  expect(maySend()).toBe(false);
  await call('PutRolePolicy', { RoleName, PolicyName: 'send', PolicyDocument: sendPolicy });
  await store.committed();
  expect(maySend()).toBe(true);
  const { values: policy } = await call('GetRolePolicy', { RoleName, PolicyName: 'send' });
  expect(decodeURIComponent(policy['PolicyDocument'] ?? '')).toBe(sendPolicy);
  expect((await call('ListRolePolicies', { RoleName })).values['member']).toBe('send');
  expect((await call('DeleteRole', { RoleName })).values['Code']).toBe('DeleteConflict');
  await call('DeleteRolePolicy', { RoleName, PolicyName: 'send' });
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSQSFullAccess';
  await call('AttachRolePolicy', { RoleName, PolicyArn });
  expect(maySend()).toBe(true);
  expect((await call('ListAttachedRolePolicies', { RoleName })).values).toMatchObject({
    PolicyName: 'AmazonSQSFullAccess',
    PolicyArn,
  });
  await call('DetachRolePolicy', { RoleName, PolicyArn });
  expect(maySend()).toBe(false);
  await call('UntagRole', { RoleName, 'TagKeys.member.1': 'owner' });
  expect((await call('ListRoleTags', { RoleName })).values['Key']).toBeUndefined();
  expect((await call('DeleteRole', { RoleName })).status).toBe(200);
  expect(await call('GetRole', { RoleName })).toMatchObject({
    status: 404,
    values: { Code: 'NoSuchEntity' },
  });
});

it('keeps roles across a restart', async () => {
  await call('CreateRole', { RoleName: 'sender', AssumeRolePolicyDocument: trust });
  await call('PutRolePolicy', {
    RoleName: 'sender',
    PolicyName: 'send',
    PolicyDocument: sendPolicy,
  });
  await store.committed();
  store.close();
  open();
  expect(maySend()).toBe(true);
});

it('forgets the decisions of a change that is rolled back', () => {
  expect(maySend()).toBe(true);
  expect(() =>
    store.transact(() => {
      iam.roles.removeInline('sender', 'send');
      expect(maySend()).toBe(false);
      throw new Error('rolled back');
    }),
  ).toThrow('rolled back');
  expect(maySend()).toBe(true);
});

it('creates and deletes managed policies', async () => {
  const created = await call('CreatePolicy', { PolicyName: 'own', PolicyDocument: sendPolicy });
  const PolicyArn = created.values['Arn'] ?? '';
  expect(PolicyArn).toBe('arn:aws:iam::000000000000:policy/own');
  const again = await call('CreatePolicy', { PolicyName: 'own', PolicyDocument: sendPolicy });
  expect(again.values['Code']).toBe('EntityAlreadyExists');
  await call('AttachRolePolicy', { RoleName: 'sender', PolicyArn });
  expect((await call('DeletePolicy', { PolicyArn })).values['Code']).toBe('DeleteConflict');
  await call('DetachRolePolicy', { RoleName: 'sender', PolicyArn });
  expect((await call('DeletePolicy', { PolicyArn })).status).toBe(200);
  expect((await call('GetPolicy', { PolicyArn })).values['Code']).toBe('NoSuchEntity');
});

it.each<[string, string, Readonly<Record<string, string>>, string, string]>([
  [
    'a role without a trust policy',
    'CreateRole',
    { RoleName: 'new' },
    'ValidationError',
    'assumeRolePolicyDocument',
  ],
  [
    'a trust policy with a resource',
    'CreateRole',
    {
      RoleName: 'new',
      AssumeRolePolicyDocument: document({
        Principal: '*',
        Action: 'sts:AssumeRole',
        Resource: '*',
      }),
    },
    'MalformedPolicyDocument',
    'Has prohibited field Resource',
  ],
  [
    'an unknown parameter',
    'CreateRole',
    { RoleName: 'new', AssumeRolePolicyDocument: trust, PermissionsBoundary: 'x' },
    'ValidationError',
    'PermissionsBoundary',
  ],
  [
    'an existing role',
    'CreateRole',
    { RoleName: 'sender', AssumeRolePolicyDocument: trust },
    'EntityAlreadyExists',
    'sender',
  ],
  [
    'an inline policy that is too long',
    'PutRolePolicy',
    {
      RoleName: 'sender',
      PolicyName: 'p',
      PolicyDocument: document({ Action: `s3:${'x'.repeat(10_240)}`, Resource: '*' }),
    },
    'LimitExceeded',
    'Maximum policy size of 10240 bytes exceeded for role sender',
  ],
  [
    'a managed policy that is too long',
    'CreatePolicy',
    {
      PolicyName: 'p',
      PolicyDocument: document({ Action: `s3:${'x'.repeat(6_144)}`, Resource: '*' }),
    },
    'LimitExceeded',
    'Cannot exceed quota for PolicySize: 6144',
  ],
  [
    'a policy that does not exist',
    'AttachRolePolicy',
    { RoleName: 'sender', PolicyArn: 'arn:aws:iam::000000000000:policy/none' },
    'NoSuchEntity',
    'does not exist or is not attachable',
  ],
  ['an unknown operation', 'CreateUser', {}, 'InvalidAction', 'does not implement CreateUser'],
  ['an inherited name', 'constructor', {}, 'InvalidAction', 'does not implement constructor'],
])('rejects %s', async (_, action, parameters, Code, message) => {
  const { status, values } = await call(action, parameters);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(values).toMatchObject({ Code, Message: expect.stringContaining(message) });
});

it('accepts white space beyond the size limits', async () => {
  const PolicyDocument = `${sendPolicy}${' '.repeat(10_240)}`;
  const { status } = await call('PutRolePolicy', {
    RoleName: 'sender',
    PolicyName: 'send',
    PolicyDocument,
  });
  expect(status).toBe(200);
});

it('requires the action on the role, which has its path in the ARN', async () => {
  await call('CreateRole', { RoleName: 'pathed', Path: '/a/b/', AssumeRolePolicyDocument: trust });
  const list = (action: string, parameters: Readonly<Record<string, string>>) =>
    service
      .permissions?.(toRequest(action, parameters))
      .map(({ action: name, resource }) => [name, resource]);
  expect(list('GetRole', { RoleName: 'pathed' })).toEqual([
    ['iam:GetRole', 'arn:aws:iam::000000000000:role/a/b/pathed'],
  ]);
  expect(list('CreateRole', { RoleName: 'x', Path: '/p/' })).toEqual([
    ['iam:CreateRole', 'arn:aws:iam::000000000000:role/p/x'],
  ]);
  expect(list('CreatePolicy', { PolicyName: 'x' })).toEqual([
    ['iam:CreatePolicy', 'arn:aws:iam::000000000000:policy/x'],
  ]);
  expect(list('ListRoles', {})).toEqual([['iam:ListRoles', 'arn:aws:iam::000000000000:role/']]);
});
