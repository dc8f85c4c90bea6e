/** Environments: names for where a stack lives. Pure: reads only what it is given. */
import { UserError } from '../user-error.ts';
import { isObject } from './project.ts';

export interface Environment {
  readonly name: string;
  readonly region: string;
  readonly stack: string;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly protected?: boolean;
  /** Values of template parameters that its deployments have unless told otherwise. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export const localName = 'local';
export const defaults = {
  region: 'us-east-2',
  stack: 'lambda-durable-order-processing',
} as const;

/** Nobody but this machine reaches the built-in environment, and nobody signs there. */
const localParameters = { ApiAuth: 'NONE' };

export interface Choice {
  readonly env?: string | undefined;
  readonly region?: string | undefined;
  readonly stack?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpoint?: string | undefined;
  /** Whether a name that is not known yet is a new environment instead of a mistake. */
  readonly create?: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Decides which environment is meant. Precedence: flag > environment variable > project config > default. */
export function chooseEnvironment(
  flags: Choice,
  variables: Variables,
  config: unknown,
): Environment {
  const settings = isObject(config) ? config : {};
  const known = isObject(settings['environments']) ? settings['environments'] : {};
  const name =
    flags.env ?? variables['ORDERS_ENV'] ?? textOf(settings, 'defaultEnvironment') ?? localName;
  const stored = Object.hasOwn(known, name) ? known[name] : undefined;
  if (name !== localName && !isObject(stored) && !flags.create) {
    throw unknownEnvironment(name, Object.keys(known));
  }
  const entry = isObject(stored) ? stored : {};
  const profile = flags.profile ?? variables['ORDERS_PROFILE'] ?? textOf(entry, 'profile');
  const endpoint = name === localName ? undefined : (flags.endpoint ?? textOf(entry, 'endpoint'));
  return {
    name,
    region:
      flags.region ?? variables['ORDERS_REGION'] ?? textOf(entry, 'region') ?? defaults.region,
    stack: flags.stack ?? variables['ORDERS_STACK'] ?? textOf(entry, 'stack') ?? defaults.stack,
    ...(profile ? { profile } : {}),
    ...(endpoint ? { endpoint } : {}),
    ...(entry['protected'] === true ? { protected: true } : {}),
    ...parametersOf(name, entry),
  };
}

/** The project's config with this environment in it. */
export function withEnvironment(config: unknown, { name, ...entry }: Environment): unknown {
  const settings = isObject(config) ? config : {};
  const known = isObject(settings['environments']) ? settings['environments'] : {};
  return { ...settings, environments: { ...known, [name]: entry } };
}

function parametersOf(
  name: string,
  entry: Record<string, unknown>,
): Pick<Environment, 'parameters'> {
  const given = isObject(entry['parameters']) ? entry['parameters'] : {};
  const texts = Object.entries(given).map(([key, value]) => [key, String(value)]);
  const parameters = {
    ...(name === localName ? localParameters : {}),
    ...Object.fromEntries(texts),
  };
  return Object.keys(parameters).length > 0 ? { parameters } : {};
}

function textOf(entry: Record<string, unknown>, key: string): string | undefined {
  const value = entry[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function unknownEnvironment(name: string, known: readonly string[]): UserError {
  return new UserError(`There is no environment "${name}".`, {
    hint: [
      `known: ${[localName, ...known].join(', ')}`,
      `create it: orders deploy -e ${name} --region ${defaults.region} --stack ${defaults.stack}`,
    ],
    exit: 3,
    code: 'UnknownEnvironment',
  });
}
