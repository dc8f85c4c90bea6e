import { expect, it } from 'vitest';
import { addEnvironment, chooseEnvironment } from '../../src/environment/choose-environment.ts';
import { resolveTarget } from '../../src/environment/resolve-target.ts';
import { makeProject } from '../support/project-files.ts';

const config = {
  environments: { dev: { region: 'eu-west-1', stack: 'orders-dev', profile: 'dev-admin' } },
};

it('defaults to local with the original names', () => {
  expect(chooseEnvironment({}, {}, {})).toEqual({
    name: 'local',
    region: 'us-east-2',
    stack: 'lambda-durable-order-processing',
    parameters: { ApiAuth: 'NONE' },
  });
});

it('prefers a flag to a variable, a variable to the config, and the config to the default', () => {
  expect(chooseEnvironment({ env: 'dev' }, {}, config).region).toBe('eu-west-1');
  const variables = { ORDERS_ENV: 'dev', ORDERS_REGION: 'us-west-2' };
  expect(chooseEnvironment({}, variables, config).region).toBe('us-west-2');
  expect(chooseEnvironment({ region: 'us-east-1' }, variables, config).region).toBe('us-east-1');
});

it('reads template parameters from the config', () => {
  const settings = { region: 'eu-west-1', parameters: { LogLevel: 'DEBUG', InitialStock: 0 } };
  const { parameters } = chooseEnvironment({ env: 'dev' }, {}, { environments: { dev: settings } });
  expect(parameters).toEqual({ LogLevel: 'DEBUG', InitialStock: '0' });
});

it('rejects an unknown environment, even if its name is an inherited property', () => {
  for (const env of ['prod', 'constructor', '__proto__']) {
    expect(() => chooseEnvironment({ env }, {}, config)).toThrow(
      `Environment "${env}" does not exist`,
    );
  }
});

it('starts the local runtime only for local and connects all clients to it', async () => {
  const target = await resolveTarget(
    { env: 'local' },
    {
      // Not this folder, which has credentials after a command of the README.
      cwd: makeProject(),
      variables: {},
      ensureRuntime: async () => ({ url: 'http://127.0.0.1:4999', timeScale: 60 }),
    },
  );
  expect(target.label).toBe('local (time ×60)');
  const lambda = await target.clients.lambda();
  const endpoint = await lambda.config.endpoint?.();
  expect(endpoint?.port).toBe(4999);
  // No runtime accepts invented credentials.
  expect(await lambda.config.credentials()).toMatchObject({ accessKeyId: 'none' });
});

it('adds the environment of a first deployment and keeps the others', () => {
  const choice = { env: 'test', region: 'eu-west-3', stack: 'orders-test', create: true };
  const added = addEnvironment(config, chooseEnvironment(choice, {}, config));
  expect(chooseEnvironment({ env: 'test' }, {}, added)).toEqual({
    name: 'test',
    region: 'eu-west-3',
    stack: 'orders-test',
  });
  expect(chooseEnvironment({ env: 'dev' }, {}, added).stack).toBe('orders-dev');
});
