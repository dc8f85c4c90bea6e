import { createSettings, type Settings } from '../../../src/local/lambda/management/settings.ts';
import type {
  DynamoDb,
  Events,
  Functions,
  RestApis,
  RuleSettings,
} from '../../../src/local/shared/service-interfaces.ts';
import { AwsError } from '../../../src/local/wire/aws-error.ts';

const service = {
  name: 'fake',
  claims: () => false,
  handle: () => ({ status: 500 }),
};

/** Returns a Lambda service that records functions, versions and aliases. */
export function createFakeLambda() {
  const latest = new Map<string, Settings>();
  const versions: string[] = [];
  const aliases = new Map<string, string>();
  const putAlias: Functions['createAlias'] = ({ FunctionName, Name, FunctionVersion }) =>
    void aliases.set(`${String(FunctionName)}:${String(Name)}`, String(FunctionVersion));
  const functions: Functions = {
    service,
    urls: {
      service,
      create: () => 'url1',
      update: () => undefined,
      remove: () => undefined,
    },
    removeExpired: () => false,
    put(input) {
      const settings = createSettings({ ...input, Code: {} });
      latest.set(settings.name, settings);
    },
    publish(name, description = '') {
      versions.push(`${name} ${description}`);
      return { version: String(versions.length), isNew: true };
    },
    createAlias: putAlias,
    updateAlias: putAlias,
    removeAlias: (name, alias) => void aliases.delete(`${name}:${alias}`),
    putEventInvokeConfig: () => undefined,
    removeEventInvokeConfig: () => undefined,
    remove: (name) => void latest.delete(name),
    addPermission: () => undefined,
    removePermission: () => undefined,
    arn: (name, qualifier) =>
      `arn:aws:lambda:us-east-2:000000000000:function:${name}${qualifier ? `:${qualifier}` : ''}`,
    invoke: () => Promise.reject(new Error('not in this test')),
  };
  return { functions, latest, versions, aliases };
}

/** Returns a DynamoDB service that records tables by name. It cannot create the table `broken` or delete the table `stuck`. */
export function createFakeDynamoDb() {
  const tables = new Map<string, Record<string, unknown>>();
  const dynamodb: DynamoDb = {
    service,
    removeExpired: () => false,
    createTable(input) {
      if (input['TableName'] === 'broken') throw new Error('this table is broken');
      tables.set(String(input['TableName']), input);
    },
    deleteTable(name) {
      if (name === 'stuck') throw new Error('this table is stuck');
      if (!tables.delete(name)) throw new AwsError('ResourceNotFoundException', `no ${name}`);
    },
    arn: (name) => `arn:aws:dynamodb:us-east-2:000000000000:table/${name}`,
  };
  return { dynamodb, tables };
}

/** Returns an event bus that records rules by name. */
export function createFakeEvents() {
  const rules = new Map<string, RuleSettings>();
  const events: Events = {
    putRule: (rule) => void rules.set(rule.name, rule),
    removeRule: (name) => void rules.delete(name),
    emit: () => undefined,
    start: () => undefined,
    close: () => undefined,
  };
  return { events, rules };
}

/** Returns an API Gateway service that records APIs by id. */
export function createFakeApiGateway() {
  const definitions = new Map<string, Parameters<RestApis['put']>[0]>();
  const apis: RestApis = {
    service,
    put(api) {
      const id = api.id ?? `api${definitions.size + 1}`;
      definitions.set(id, api);
      return id;
    },
    describe: (id) => definitions.get(id) ?? { name: '', definition: {} },
    remove: (id) => void definitions.delete(id),
    createDeployment: () => 'deployment1',
    removeDeployment: () => undefined,
    putStage: () => undefined,
    hasStage: () => false,
    removeStage: () => undefined,
  };
  return { apis, definitions };
}
