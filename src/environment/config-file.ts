/** Reads and writes `orders.config.json`. A file that cannot be read is never overwritten. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { JsonError, parseJson } from '../../functions/contract/parse-json.ts';
import { closestMatch } from '../did-you-mean.ts';
import { UserError } from '../user-error.ts';
import { environmentKeys, findSettingProblem, isEnvironmentName } from './environment-settings.ts';
import { isObject } from './project.ts';

/** Content of the file. Unknown content is kept. */
export type Config = Readonly<Record<string, unknown>>;

export const configFileName = 'orders.config.json';
const configKeys = ['defaultEnvironment', 'environments'];

const configPath = (root: string) => join(root, configFileName);

/**
 * Returns the configuration of the project in `root`; empty if there is no file. Throws UserError (exit 3) if the file cannot
 * be read, is not valid JSON or has an invalid value.
 */
export function readConfig(root: string): Config {
  const file = configPath(root);
  const text = readText(file);
  if (text === undefined) return {};
  const config = parseConfig(file, text);
  checkConfig(file, config);
  return config;
}

/** Replaces the configuration by the result of `change`. Throws UserError (exit 3) if the file cannot be read or written. */
export function updateConfig(root: string, change: (config: Config) => Config): void {
  const file = followLink(configPath(root));
  const next = `${JSON.stringify(change(readConfig(root)), null, 2)}\n`;
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0o644;
    writeFileSync(draft, next, { mode });
    renameSync(draft, file);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new UserError(`${configFileName} cannot be written: ${describeCause(cause)}.`, {
      hint: `make ${dirname(file)} writable`,
      exit: 3,
      code: 'Unwritable',
      cause,
    });
  }
}

/** Returns the file that a link refers to, so that the link is kept. */
function followLink(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

/** Returns the environments of a configuration by name. */
export function configuredEnvironments(config: Config): Readonly<Record<string, unknown>> {
  return isObject(config['environments']) ? config['environments'] : {};
}

/** Returns a note for each key of the configuration, or of this environment, that has no meaning. */
export function listUnknownKeys(config: Config, environment: string): string[] {
  const entries = configuredEnvironments(config);
  const entry = Object.hasOwn(entries, environment) ? entries[environment] : undefined;
  const unknown = (value: object, known: readonly string[], path: string) =>
    Object.keys(value)
      // `$schema` and comments such as `//` have no meaning on purpose.
      .filter((key) => !known.includes(key) && /^\w/.test(key))
      .map((key) => `${configFileName}: the key "${path}${key}" has no meaning`);
  return [
    ...unknown(config, configKeys, ''),
    ...(isObject(entry) ? unknown(entry, environmentKeys, `environments.${environment}.`) : []),
  ];
}

/** Returns the text of the file, or undefined if it does not exist. */
function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw configError(file, `cannot be read: ${describeCause(cause)}`, cause);
  }
}

function parseConfig(file: string, text: string): Config {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw configError(file, `is not valid JSON: ${cause.message}`, cause);
  }
  if (isObject(value)) return value;
  throw configError(file, 'must contain a JSON object');
}

/** Throws UserError for a mistyped key and for a value of the wrong type or form. */
function checkConfig(file: string, config: Config): void {
  rejectMistypedKeys(file, config, { known: configKeys, path: '' });
  const { defaultEnvironment, environments = {} } = config;
  if (defaultEnvironment !== undefined && typeof defaultEnvironment !== 'string') {
    throw configError(file, 'has an invalid value: "defaultEnvironment" must be a text');
  }
  if (!isObject(environments)) {
    throw configError(file, 'has an invalid value: "environments" must be an object');
  }
  for (const [name, entry] of Object.entries(environments)) {
    const path = `environments.${name}`;
    if (!isEnvironmentName(name)) {
      const shown = JSON.stringify(name.slice(0, 80));
      throw configError(file, `has an invalid name of an environment: ${shown}`);
    }
    if (!isObject(entry))
      throw configError(file, `has an invalid value: "${path}" must be an object`);
    rejectMistypedKeys(file, entry, { known: environmentKeys, path: `${path}.` });
    for (const [key, value] of Object.entries(entry)) {
      const problem = findSettingProblem(key, value);
      if (problem) throw configError(file, `has an invalid value: "${path}.${key}" ${problem}`);
    }
  }
}

function rejectMistypedKeys(
  file: string,
  value: object,
  { known, path }: { readonly known: readonly string[]; readonly path: string },
): void {
  for (const key of Object.keys(value).filter((name) => !known.includes(name))) {
    const meant = closestMatch(key, known);
    if (meant === undefined) continue;
    throw configError(file, `has an unknown key: "${path}${key}". Did you mean "${meant}"?`);
  }
}

function configError(file: string, problem: string, cause?: unknown): UserError {
  return new UserError(`${configFileName} ${problem}${/[?.]$/.test(problem) ? '' : '.'}`, {
    hint: `correct ${file}`,
    exit: 3,
    code: 'InvalidConfig',
    cause,
  });
}

/** Returns a system error without its path: `EACCES: permission denied`. */
function describeCause(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/, \w+ '.*$/, '').replace(/, \w+$/, '');
}
