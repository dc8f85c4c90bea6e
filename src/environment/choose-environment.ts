/** Chooses the environment of a command. Pure: flags, variables and configuration are parameters. */
import { UserError } from '../user-error.ts';
import { type Config, configuredEnvironments } from './config-file.ts';
import { findSettingProblem, isEnvironmentName } from './environment-settings.ts';
import { isObject } from './project.ts';

export interface Environment {
  readonly name: string;
  readonly region: string;
  readonly stack: string;
  readonly profile?: string;
  readonly endpoint?: string;
  /** The service role with which CloudFormation deploys the stack. Without it, CloudFormation uses the caller's permissions. */
  readonly roleArn?: string;
  /** The period of the orders that a deployment replays first, such as `1d`. */
  readonly replay?: string;
  readonly protected?: boolean;
  /** Default values of template parameters for deployments to this environment. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export const localName = 'local';
export const defaults = {
  region: 'us-east-2',
  stack: 'lambda-durable-order-processing',
} as const;

/** The local API accepts unsigned requests: only this machine can reach it. */
const localParameters = { ApiAuth: 'NONE' };

export interface EnvironmentFlags {
  readonly env?: string | undefined;
  readonly region?: string | undefined;
  readonly stack?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly replay?: string | undefined;
  /** Whether an unknown name creates an environment. Otherwise it is an error. */
  readonly create?: boolean;
  /** Whether flags such as `--region` apply to `local` too, because the command only prints a document. */
  readonly printsOnly?: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Returns the environment of a command. Precedence: flag, environment variable, project configuration, default. Throws
 * UserError if the environment is unknown and `flags.create` is not set, if a value is invalid, or if a flag does not apply.
 */
export function chooseEnvironment(
  flags: EnvironmentFlags,
  variables: Variables,
  config: Config,
): Environment {
  const known = configuredEnvironments(config);
  const name =
    flags.env ?? variables['ORDERS_ENV'] ?? readText(config, 'defaultEnvironment') ?? localName;
  if (name === localName && !flags.printsOnly) rejectLocalFlags(flags, variables);
  const stored = Object.hasOwn(known, name) ? known[name] : undefined;
  if (name !== localName && !isObject(stored) && !flags.create) {
    throw unknownEnvironmentError(name, Object.keys(known));
  }
  if (flags.create) checkName(name);
  checkFlags(flags);
  const entry = isObject(stored) ? stored : {};
  const profile = flags.profile ?? variables['ORDERS_PROFILE'] ?? readText(entry, 'profile');
  const endpoint = name === localName ? undefined : (flags.endpoint ?? readText(entry, 'endpoint'));
  const roleArn = flags.roleArn ?? readText(entry, 'roleArn');
  const replay = flags.replay ?? readText(entry, 'replay');
  return {
    name,
    region:
      flags.region ?? variables['ORDERS_REGION'] ?? readText(entry, 'region') ?? defaults.region,
    stack: flags.stack ?? variables['ORDERS_STACK'] ?? readText(entry, 'stack') ?? defaults.stack,
    ...(profile ? { profile } : {}),
    ...(endpoint ? { endpoint } : {}),
    ...(roleArn ? { roleArn } : {}),
    ...(replay ? { replay } : {}),
    ...(entry['protected'] === true ? { protected: true } : {}),
    ...readParameters(name, entry),
  };
}

/** Returns a copy of the project's configuration with this environment added or replaced. */
export function addEnvironment(config: Config, { name, ...entry }: Environment): Config {
  return { ...config, environments: { ...configuredEnvironments(config), [name]: entry } };
}

/** Throws UserError unless an environment may have this name. */
export function checkName(name: string): void {
  if (isEnvironmentName(name)) return;
  throw new UserError(`"${name}" cannot be the name of an environment.`, {
    hint: 'use 1 to 64 letters, digits, hyphens, underscores or dots',
    code: 'BadEnvironment',
  });
}

const settingFlags = ['region', 'stack', 'profile', 'endpoint', 'roleArn', 'replay'] as const;

/** Throws UserError if the value of a flag has an invalid form. */
function checkFlags(flags: EnvironmentFlags): void {
  for (const key of settingFlags) {
    const problem = findSettingProblem(key, flags[key] ?? '');
    if (problem === undefined) continue;
    const flag = key === 'roleArn' ? 'role-arn' : key;
    throw new UserError(`--${flag} "${flags[key]}" ${problem}.`, {
      code: 'BadEnvironment',
      hint: [],
    });
  }
}

/** Throws UserError for a flag that has no effect on the local runtime. A variable applies to the other environments only. */
function rejectLocalFlags(flags: EnvironmentFlags, variables: Variables): void {
  const ignored = (['region', 'profile', 'endpoint'] as const).find((key) => {
    const value = flags[key];
    if (value === undefined || (key === 'region' && value === defaults.region)) return false;
    return value !== variables[`ORDERS_${key.toUpperCase()}`];
  });
  if (ignored === undefined) return;
  throw new UserError(`--${ignored} does not apply to the local environment.`, {
    hint: [`omit --${ignored}`, 'or name an environment: --env <name>', 'orders env list'],
    code: 'BadEnvironment',
  });
}

function readParameters(
  name: string,
  entry: Record<string, unknown>,
): Pick<Environment, 'parameters'> {
  const configured = isObject(entry['parameters']) ? entry['parameters'] : {};
  const texts = Object.entries(configured).map(([key, value]) => [key, String(value)]);
  const parameters = {
    ...(name === localName ? localParameters : {}),
    ...Object.fromEntries(texts),
  };
  return Object.keys(parameters).length > 0 ? { parameters } : {};
}

function readText(entry: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = entry[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function unknownEnvironmentError(name: string, known: readonly string[]): UserError {
  return new UserError(`Environment "${name}" does not exist.`, {
    hint: [
      `known: ${[localName, ...known].join(', ')}`,
      `create it: orders deploy -e ${name} --region ${defaults.region} --stack ${defaults.stack}`,
    ],
    exit: 3,
    code: 'UnknownEnvironment',
  });
}
