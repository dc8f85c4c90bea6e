import type {
  Events,
  FunctionSettings,
  Functions,
  RestApis,
  RuleSettings,
  Tables,
} from '../../../src/local/service-interfaces.ts';
import { AwsError } from '../../../src/local/wire/aws-error.ts';

const service = {
  name: 'fake',
  claims: () => false,
  handle: () => ({ status: 500 }),
};

/** Functions that remember what they were told. */
export function fakeFunctions() {
  const latest = new Map<string, FunctionSettings>();
  const versions: string[] = [];
  const aliases = new Map<string, string>();
  const functions: Functions = {
    service,
    clearOut: () => false,
    put: (settings) => void latest.set(settings.name, settings),
    publish(name, description = '') {
      versions.push(`${name} ${description}`);
      return String(versions.length);
    },
    alias: (name, alias, version) => void aliases.set(`${name}:${alias}`, version),
    remove: (name) => void latest.delete(name),
    arn: (name, qualifier) =>
      `arn:aws:lambda:us-east-2:000000000000:function:${name}${qualifier ? `:${qualifier}` : ''}`,
    invoke: () => Promise.reject(new Error('not in this test')),
  };
  return { functions, latest, versions, aliases };
}

/** Tables by name; one called `broken` cannot be made, one called `stuck` not be deleted. */
export function fakeTables() {
  const made = new Map<string, Record<string, unknown>>();
  const tables: Tables = {
    service,
    clearOut: () => false,
    createTable(input) {
      if (input['TableName'] === 'broken') throw new Error('this table is broken');
      made.set(String(input['TableName']), input);
    },
    deleteTable(name) {
      if (name === 'stuck') throw new Error('this table is stuck');
      if (!made.delete(name)) throw new AwsError('ResourceNotFoundException', `no ${name}`);
    },
    arn: (name) => `arn:aws:dynamodb:us-east-2:000000000000:table/${name}`,
  };
  return { tables, made };
}

/** Rules by name. */
export function fakeEvents() {
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

/** APIs by id. */
export function fakeApis() {
  const made = new Map<string, Parameters<RestApis['put']>[0]>();
  const apis: RestApis = {
    service,
    put(api) {
      const id = api.id ?? `api${made.size + 1}`;
      made.set(id, api);
      return id;
    },
    remove: (id) => void made.delete(id),
  };
  return { apis, made };
}
