import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { environmentsSchema, policySchema } from '../../src/cli/schemas/environments.ts';
import { aProject, type Project } from '../support/project.ts';

let project: Project;
const config = () => join(project.root, 'orders.config.json');
beforeEach(() => {
  project = aProject();
  const prod = {
    region: 'eu-west-1',
    stack: 'orders-prod',
    profile: 'prod-admin',
    protected: true,
  };
  const dev = { region: 'us-west-2', stack: 'orders-dev', parameters: { LogLevel: 'DEBUG' } };
  writeFileSync(config(), JSON.stringify({ environments: { prod, dev } }));
});
afterEach(() => project.close());

const list = async () => v.parse(environmentsSchema, await project.ask('env', 'list'));

it('lists environments, uses another, shows it and forgets it', async () => {
  expect((await list()).map(({ name, isDefault }) => [name, isDefault])).toEqual([
    ['local', true],
    ['prod', false],
    ['dev', false],
  ]);
  expect((await project.orders('env', 'use', 'dev')).code).toBe(0);
  const shown = await project.orders('env', 'show');
  expect(shown.stdout).toBe(
    'name       dev\nregion     us-west-2\nstack      orders-dev\nparameter  LogLevel=DEBUG\nin use     yes\n',
  );
  const table = await project.orders('env', 'list');
  expect(table.stdout).toContain('*  dev    us-west-2  orders-dev');
  expect((await project.orders('env', 'remove', 'dev')).code).toBe(0);
  expect((await list()).map(({ name, isDefault }) => [name, isDefault])).toEqual([
    ['local', true],
    ['prod', false],
  ]);
  expect(JSON.parse(readFileSync(config(), 'utf8'))).not.toHaveProperty('defaultEnvironment');
});

it('says what is known to one that asks for another, and keeps the built-in one', async () => {
  for (const verb of ['use', 'show', 'remove']) {
    const { code, stderr } = await project.orders('env', verb, 'nope');
    expect([verb, code]).toEqual([verb, 3]);
    expect(stderr).toContain('known: local, prod, dev');
  }
  expect((await project.orders('env', 'remove', 'local')).code).toBe(2);
});

it("prints policies with the stack's names, without an account to ask", async () => {
  const policy = await project.ask('iam', 'operate', '-e', 'prod', '--account', '123456789012');
  const { Statement } = v.parse(policySchema, policy);
  const submit = Statement.find(({ Sid }) => Sid === 'Submit');
  expect(submit).toMatchObject({
    Action: ['lambda:InvokeFunction'],
    Resource: ['arn:aws:lambda:eu-west-1:123456789012:function:orders-prod-workflow:live'],
  });
});

it('names the sign-in that is needed when credentials have expired', async () => {
  writeFileSync(
    join(project.root, 'aws-config'),
    '[profile prod-admin]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = admin\nregion = eu-west-1\n' +
      '[sso-session work]\nsso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n',
  );
  const here = project.with({
    AWS_CONFIG_FILE: join(project.root, 'aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  });
  const { code, stderr } = await here.orders('list', '-e', 'prod');
  expect(code).toBe(4);
  expect(stderr).toContain('aws sso login --profile prod-admin');
});
