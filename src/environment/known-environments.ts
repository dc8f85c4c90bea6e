/** The environments of a project: what is configured, and changes of that. */
import { join } from 'node:path';
import { UserError } from '../user-error.ts';
import { chooseEnvironment, type Environment, localName } from './choose-environment.ts';
import { isObject, readJson, writeJson } from './project.ts';

export interface KnownEnvironment extends Environment {
  /** Whether commands mean it that name none. */
  readonly isDefault: boolean;
}

const fileIn = (root: string) => join(root, 'orders.config.json');

/** All environments of the project in `root`, the built-in one first. */
export function knownEnvironments(
  root: string,
  variables: NodeJS.ProcessEnv,
): readonly KnownEnvironment[] {
  const config = readJson(fileIn(root));
  const current = chooseEnvironment({}, variables, config).name;
  return [localName, ...namesIn(config)].map((env) => ({
    // Variables mean the environment that is chosen, not all of them.
    ...chooseEnvironment({ env }, {}, config),
    isDefault: env === current,
  }));
}

/** Has commands mean this environment that name none. Throws a UserError when it is not known. */
export function setDefault(root: string, name: string): void {
  const config = readJson(fileIn(root));
  chooseEnvironment({ env: name }, {}, config);
  const settings = isObject(config) ? config : {};
  writeJson(fileIn(root), { ...settings, defaultEnvironment: name });
}

/** Takes an environment out of the project's config; its stack stays. Throws a UserError when it is not in there. */
export function forgetEnvironment(root: string, name: string): void {
  const config = readJson(fileIn(root));
  if (name === localName) {
    throw new UserError('The local environment is built in.', {
      hint: 'orders local reset',
      code: 'BuiltIn',
    });
  }
  chooseEnvironment({ env: name }, {}, config);
  const settings = isObject(config) ? config : {};
  const { [name]: _, ...environments } = settings['environments'] as Record<string, unknown>;
  const { defaultEnvironment, ...rest } = settings;
  writeJson(fileIn(root), {
    ...rest,
    ...(defaultEnvironment === name || defaultEnvironment === undefined
      ? {}
      : { defaultEnvironment }),
    environments,
  });
}

function namesIn(config: unknown): string[] {
  const known = isObject(config) && isObject(config['environments']) ? config['environments'] : {};
  return Object.keys(known).filter((name) => name !== localName);
}
