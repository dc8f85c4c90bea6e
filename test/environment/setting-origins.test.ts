import { expect, it } from 'vitest';
import { explainSettings } from '../../src/environment/setting-origins.ts';

const config = {
  defaultEnvironment: 'prod',
  environments: {
    prod: { region: 'eu-west-1', protected: true, parameters: { LogLevel: 'DEBUG' } },
    dev: { stack: 'orders-dev' },
  },
};
const nothing = { flags: {}, typed: new Set<string>(), variables: {}, config: {} };
const origins = (inputs: Partial<Parameters<typeof explainSettings>[0]>) =>
  Object.fromEntries(
    explainSettings({ ...nothing, ...inputs }).map(({ name, value, origin, source }) => [
      name,
      [value, origin, ...(source === undefined ? [] : [source])],
    ]),
  );

it('explains the defaults', () => {
  expect(origins({})).toEqual({
    environment: ['local', 'default'],
    region: ['us-east-2', 'default'],
    stack: ['lambda-durable-order-processing', 'default'],
    profile: [undefined, 'default'],
    endpoint: [undefined, 'default'],
    roleArn: [undefined, 'default'],
    replay: [undefined, 'default'],
    protected: [undefined, 'default'],
    'parameter ApiAuth': ['NONE', 'default'],
  });
});

it('names the place in the configuration', () => {
  expect(origins({ config })).toMatchObject({
    environment: ['prod', 'config', 'orders.config.json: defaultEnvironment'],
    region: ['eu-west-1', 'config', 'orders.config.json: environments.prod.region'],
    protected: [true, 'config', 'orders.config.json: environments.prod.protected'],
    'parameter LogLevel': [
      'DEBUG',
      'config',
      'orders.config.json: environments.prod.parameters.LogLevel',
    ],
    stack: ['lambda-durable-order-processing', 'default'],
  });
});

it('distinguishes a typed flag from a variable, which sets the same flag', () => {
  const variables = { ORDERS_ENV: 'dev', ORDERS_REGION: 'us-west-2' };
  expect(origins({ config, variables })).toMatchObject({
    environment: ['dev', 'variable', 'ORDERS_ENV'],
    region: ['us-west-2', 'variable', 'ORDERS_REGION'],
    stack: ['orders-dev', 'config', 'orders.config.json: environments.dev.stack'],
  });
  const flags = { env: 'prod', region: 'eu-west-3' };
  expect(origins({ config, variables, flags, typed: new Set(['env', 'region']) })).toMatchObject({
    environment: ['prod', 'flag', '--env'],
    region: ['eu-west-3', 'flag', '--region'],
  });
});

it('throws for an environment that does not exist', () => {
  expect(() => origins({ flags: { env: 'constructor' }, config })).toThrow('does not exist');
});
