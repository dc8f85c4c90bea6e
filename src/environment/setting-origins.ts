/** Explains where each setting of a command comes from. Pure. */
import {
  chooseEnvironment,
  type Environment,
  type EnvironmentFlags,
} from './choose-environment.ts';
import { type Config, configFileName, configuredEnvironments } from './config-file.ts';
import { isObject } from './project.ts';

export type Origin = 'flag' | 'variable' | 'config' | 'default';

/** A setting with its value, if it has one, and its origin. */
export interface SettingOrigin {
  readonly name: string;
  readonly value?: string | boolean;
  readonly origin: Origin;
  /** The flag, the variable, or the place in the configuration; absent for a default. */
  readonly source?: string;
}

interface Inputs {
  readonly flags: EnvironmentFlags;
  /** Names of the flags that were typed. A variable sets the same values. */
  readonly typed: ReadonlySet<string>;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly config: Config;
}

const settings = [
  'region',
  'stack',
  'profile',
  'endpoint',
  'roleArn',
  'replay',
  'protected',
] as const;

/** Returns the settings of the selected environment. Throws UserError like `chooseEnvironment`. */
export function explainSettings(inputs: Inputs): SettingOrigin[] {
  const environment = chooseEnvironment(inputs.flags, inputs.variables, inputs.config);
  const { parameters = {} } = environment;
  return [
    { name: 'environment', value: environment.name, ...explainName(inputs, environment) },
    ...settings.map((name) => explainSetting(name, inputs, environment)),
    ...Object.entries(parameters).map(([name, value]) => ({
      name: `parameter ${name}`,
      value,
      ...explainEntry(inputs.config, environment.name, ['parameters', name]),
    })),
  ];
}

function explainName({ typed, variables, config }: Inputs, { name }: Environment) {
  if (typed.has('env')) return { origin: 'flag', source: '--env' } as const;
  if (variables['ORDERS_ENV']) return { origin: 'variable', source: 'ORDERS_ENV' } as const;
  return config['defaultEnvironment'] === name
    ? ({ origin: 'config', source: `${configFileName}: defaultEnvironment` } as const)
    : ({ origin: 'default' } as const);
}

function explainSetting(
  name: (typeof settings)[number],
  { typed, variables, config }: Inputs,
  environment: Environment,
): SettingOrigin {
  const variable = `ORDERS_${name.toUpperCase()}`;
  const value = environment[name];
  const setting = { name, ...(value === undefined ? {} : { value }) };
  if (typed.has(name)) return { ...setting, origin: 'flag', source: `--${name}` };
  // On the local runtime, the variable of a setting that cannot apply has no effect.
  if (variables[variable] && value === variables[variable]) {
    return { ...setting, origin: 'variable', source: variable };
  }
  return { ...setting, ...explainEntry(config, environment.name, [name]) };
}

function explainEntry(
  config: Config,
  environment: string,
  path: readonly string[],
): Pick<SettingOrigin, 'origin' | 'source'> {
  let value: unknown = configuredEnvironments(config);
  for (const key of [environment, ...path]) {
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  if (value === undefined || value === '') return { origin: 'default' };
  const place = ['environments', environment, ...path].join('.');
  return { origin: 'config', source: `${configFileName}: ${place}` };
}
