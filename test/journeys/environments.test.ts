import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  environmentsSchema,
  policiesSchema,
  serviceRoleSchema,
} from '../../src/cli/schemas/environments.ts';
import { runCommand } from '../support/command-process.ts';
import { createProject, type Project } from '../support/project.ts';

let project: Project;
const config = () => join(project.root, 'orders.config.json');
beforeEach(() => {
  project = createProject();
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

const list = async () => v.parse(environmentsSchema, await project.runJson('env', 'list'));

it('lists environments, and selects, shows and removes one', async () => {
  expect((await list()).map(({ name, isDefault }) => [name, isDefault])).toEqual([
    ['local', true],
    ['prod', false],
    ['dev', false],
  ]);
  expect((await project.orders('env', 'use', 'dev')).code).toBe(0);
  const shown = await project.orders('env', 'show');
  expect(shown.stdout).toBe(
    'name       dev\nregion     us-west-2\nstack      orders-dev\nparameter  LogLevel=DEBUG\ndefault    yes\n',
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

it('lists the known environments for an unknown name, and does not remove the built-in one', async () => {
  for (const verb of ['use', 'show', 'remove']) {
    const { code, stderr } = await project.orders('env', verb, 'nope');
    expect([verb, code]).toEqual([verb, 3]);
    expect(stderr).toContain('known: local, prod, dev');
  }
  expect((await project.orders('env', 'remove', 'local')).code).toBe(2);
});

it("prints policies with the stack's names, without access to an account", async () => {
  const account = ['--account', '123456789012'];
  const policies = await project.runJson('iam', 'operate', '-e', 'prod', ...account);
  const [{ document } = { document: undefined }] = v.parse(policiesSchema, policies);
  expect(document?.Statement).toContainEqual(
    expect.objectContaining({
      Action: ['lambda:InvokeFunction'],
      Resource: ['arn:aws:lambda:eu-west-1:123456789012:function:orders-prod-workflow:live'],
    }),
  );
  const { stdout } = await project.orders('iam', 'operate', '-e', 'prod', ...account);
  expect(JSON.parse(stdout)).toEqual(document);
  const deploy = (...flags: string[]) =>
    project.orders('iam', 'deploy', '-e', 'prod', ...account, ...flags);
  const [first, second] = JSON.parse((await deploy()).stdout);
  expect([first.name, second.name]).toEqual(['orders-prod-deploy-1', 'orders-prod-deploy-2']);
  expect(JSON.parse((await deploy('--part', '2')).stdout)).toEqual(second.document);
  expect((await deploy('--part', '3')).code).toBe(2);
  const role = v.parse(
    serviceRoleSchema,
    await project.runJson('iam', 'service-role', '-e', 'prod', ...account),
  );
  expect(role.name).toBe('orders-prod-cloudformation');
});

it('reports the sign-in command for expired credentials', async () => {
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

it('does not change the configuration by a deployment that is refused, fails or only plans', async () => {
  const before = readFileSync(config(), 'utf8');
  const settings = ['--region', 'eu-west-9', '--stack', 'oops'];
  const endpoint = ['--endpoint', 'http://127.0.0.1:9'];
  const keys = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_MAX_ATTEMPTS: '1' };
  const offline = project.with(keys, runCommand);
  const refused = await offline.orders('deploy', '-e', 'prod', ...settings, '--yes');
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('is protected')]);
  for (const name of ['dev', 'new']) {
    for (const flags of [['--plan'], ['--yes']]) {
      const failed = await offline.orders('deploy', '-e', name, ...settings, ...endpoint, ...flags);
      expect(failed.code).not.toBe(0);
    }
  }
  expect(readFileSync(config(), 'utf8')).toBe(before);
});

it('stops at a configuration that cannot be read and does not write over it', async () => {
  const broken = '{"environments": {"prod": {"protected": true}}, "defaultEnvironment": "prod",}';
  writeFileSync(config(), broken);
  for (const command of ['list', 'env use local', 'env list', 'doctor', 'deploy -e x --plan']) {
    const { code, stderr } = await project.orders(...command.split(' '));
    expect([command, code]).toEqual([command, 3]);
    expect(stderr).toContain('orders.config.json is not valid JSON: line 1, column 78');
  }
  expect(readFileSync(config(), 'utf8')).toBe(broken);
});

it('requires the name of a protected environment for an order', async () => {
  const { code, stderr } = await project.orders('submit', '--sample', 'low', '-e', 'prod');
  expect([code, stderr]).toEqual([4, expect.stringContaining('--confirm prod')]);
});
