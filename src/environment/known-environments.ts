/** Lists and changes the environments in a project's configuration. */
import { UserError } from '../user-error.ts';
import {
  addEnvironment,
  checkName,
  chooseEnvironment,
  type Environment,
  type EnvironmentFlags,
  localName,
} from './choose-environment.ts';
import { type Config, configuredEnvironments, readConfig, updateConfig } from './config-file.ts';

export interface KnownEnvironment extends Environment {
  /** Whether commands use this environment if none is named. */
  readonly isDefault: boolean;
}

/** Settings of an environment that a command adds or changes. */
export interface EnvironmentSettings
  extends Pick<
    EnvironmentFlags,
    'region' | 'stack' | 'profile' | 'endpoint' | 'roleArn' | 'replay'
  > {
  readonly protected?: boolean | undefined;
}

/** Returns all environments of the project in `root`, starting with the built-in one. */
export function listEnvironments(
  root: string,
  variables: NodeJS.ProcessEnv,
): readonly KnownEnvironment[] {
  const config = readConfig(root);
  const current = chooseEnvironment({}, variables, config).name;
  return [localName, ...environmentNames(config)].map((env) => ({
    // Environment variables override the selected environment only.
    ...chooseEnvironment({ env }, {}, config),
    isDefault: env === current,
  }));
}

/** Makes this environment the default. Throws UserError if it is not configured. */
export function setDefaultEnvironment(root: string, name: string): void {
  updateConfig(root, (config) => {
    chooseEnvironment({ env: name }, {}, config);
    return { ...config, defaultEnvironment: name };
  });
}

/** Removes an environment from the project's configuration; its stack is not changed. Throws UserError if it is not configured. */
export function removeEnvironment(root: string, name: string): void {
  rejectBuiltIn(name);
  updateConfig(root, (config) => {
    chooseEnvironment({ env: name }, {}, config);
    const { [name]: _, ...environments } = configuredEnvironments(config);
    const { defaultEnvironment, ...rest } = config;
    return {
      ...rest,
      ...(defaultEnvironment === name || defaultEnvironment === undefined
        ? {}
        : { defaultEnvironment }),
      environments,
    };
  });
}

/** Adds an environment to the project's configuration. Throws UserError if it exists or if a value is invalid. */
export function createEnvironment(root: string, name: string, settings: EnvironmentSettings): void {
  rejectBuiltIn(name);
  updateConfig(root, (config) => {
    if (Object.hasOwn(configuredEnvironments(config), name)) throw existsError(name);
    const { protected: isProtected, ...flags } = settings;
    const environment = chooseEnvironment({ ...flags, env: name, create: true }, {}, config);
    return addEnvironment(config, { ...environment, ...(isProtected ? { protected: true } : {}) });
  });
}

/** Changes settings of an environment and keeps the others. Throws UserError if it is not configured or if a value is invalid. */
export function changeEnvironment(root: string, name: string, settings: EnvironmentSettings): void {
  updateConfig(root, (config) => {
    const { protected: _, ...flags } = settings;
    chooseEnvironment({ ...flags, env: name }, {}, config);
    const environments = configuredEnvironments(config);
    const entry = Object.hasOwn(environments, name) ? (environments[name] as object) : {};
    const given = Object.entries(settings).filter(([, value]) => value !== undefined);
    return {
      ...config,
      environments: { ...environments, [name]: { ...entry, ...Object.fromEntries(given) } },
    };
  });
}

/** Renames an environment; its stack is not changed. Throws UserError if it is not configured or if the new name is taken. */
export function renameEnvironment(root: string, from: string, to: string): void {
  rejectBuiltIn(from);
  rejectBuiltIn(to);
  checkName(to);
  updateConfig(root, (config) => {
    chooseEnvironment({ env: from }, {}, config);
    const environments = configuredEnvironments(config);
    if (Object.hasOwn(environments, to)) throw existsError(to);
    const { defaultEnvironment } = config;
    const renamed = Object.entries(environments).map(([name, entry]) => [
      name === from ? to : name,
      entry,
    ]);
    return {
      ...config,
      ...(defaultEnvironment === from ? { defaultEnvironment: to } : {}),
      environments: Object.fromEntries(renamed),
    };
  });
}

function rejectBuiltIn(name: string): void {
  if (name !== localName) return;
  throw new UserError('The local environment is built in.', {
    hint: 'orders local reset',
    code: 'BuiltIn',
  });
}

const existsError = (name: string) =>
  new UserError(`Environment "${name}" already exists.`, {
    hint: `orders env show ${name}`,
    exit: 6,
    code: 'EnvironmentExists',
  });

function environmentNames(config: Config): string[] {
  return Object.keys(configuredEnvironments(config)).filter((name) => name !== localName);
}
