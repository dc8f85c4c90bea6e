/** From an environment to a target. The only module that knows what is special about `local`. */
import { join } from 'node:path';
import { type ClientConfig, createClients } from '../aws/clients.ts';
import { accessKeyOf, readState, stateDirectory } from '../local/state-file.ts';
import {
  type Choice,
  chooseEnvironment,
  type Environment,
  localName,
  withEnvironment,
} from './choose-environment.ts';
import { projectRoot, readJson, writeJson } from './project.ts';
import type { LocalRuntime, Target } from './target.ts';

export interface ResolveOptions {
  readonly cwd: string;
  readonly variables: NodeJS.ProcessEnv;
  readonly ensureRuntime?: (root: string) => Promise<LocalRuntime>;
  /** How clients make their requests, where it matters. */
  readonly manner?: Pick<ClientConfig, 'maxAttempts' | 'patienceMs'>;
}

/** Resolves what the flags, variables and the project's config mean. Starts the local runtime if it is meant. */
export async function resolveTarget(choice: Choice, options: ResolveOptions): Promise<Target> {
  const root = projectRoot(options.cwd);
  const configFile = join(root, 'orders.config.json');
  const config = readJson(configFile);
  const environment = chooseEnvironment(choice, options.variables, config);
  if (environment.name === localName) return localTarget(environment, root, options);
  if (choice.create) writeJson(configFile, withEnvironment(config, environment));
  const { region, profile, endpoint } = environment;
  const warnings = endpoint ? [] : forgetConfiguredEndpoint(environment.name, options.variables);
  const where = { ...(profile ? { profile } : {}), ...(endpoint ? { endpoint } : {}) };
  return {
    environment,
    root,
    clients: createClients({ region, ...where, ...options.manner }),
    ...(endpoint ? { endpoint } : {}),
    timeScale: 1,
    pollMs: 1000,
    deploysItself: false,
    label: `${environment.name} (${region})`,
    envFlag: `-e ${environment.name}`,
    warnings,
  };
}

async function localTarget(
  environment: Environment,
  root: string,
  options: ResolveOptions,
): Promise<Target> {
  const runtime = await (options.ensureRuntime ?? launchAndSay)(root);
  const { url, timeScale, accessKey = 'local', locate } = runtime;
  return {
    environment,
    root,
    clients: createClients({
      region: environment.region,
      endpoint: locate ? async () => ({ url: new URL(locate()) }) : url,
      credentials: { accessKeyId: accessKey, secretAccessKey: 'local' },
      ...options.manner,
    }),
    endpoint: url,
    timeScale,
    pollMs: timeScale > 1 ? 150 : 1000,
    deploysItself: true,
    label: timeScale === 1 ? environment.name : `${environment.name} (time ×${timeScale})`,
    envFlag: '',
    warnings: [],
  };
}

async function launchAndSay(root: string): Promise<LocalRuntime> {
  const { launchRuntime } = await import('./local-runtime.ts');
  const runtime = await launchRuntime(root);
  if (runtime.started) {
    process.stderr.write(
      `Started the local runtime at ${runtime.url} (time ×${runtime.timeScale})\n`,
    );
  }
  return {
    ...runtime,
    accessKey: accessKeyOf(stateDirectory(root)),
    locate: () => readState(root)?.url ?? runtime.url,
  };
}

/** A shell set up for the local runtime must not send a named environment's commands there. */
function forgetConfiguredEndpoint(name: string, variables: NodeJS.ProcessEnv): string[] {
  const set = Object.keys(variables).filter((key) => /^AWS_ENDPOINT_URL(_|$)/.test(key));
  for (const key of set) delete variables[key];
  return set.map((key) => `${key} is ignored: the environment "${name}" has no endpoint`);
}
