/** Resolves an environment to a target. The only module that treats `local` specially. */
import { type ClientConfig, createClients } from '../aws/clients.ts';
import { isLoopback } from '../aws/request-target.ts';
import { readState } from '../local/runtime/state-file.ts';
import {
  addEnvironment,
  chooseEnvironment,
  type Environment,
  type EnvironmentFlags,
  localName,
} from './choose-environment.ts';
import {
  configFileName,
  configuredEnvironments,
  listUnknownKeys,
  readConfig,
  updateConfig,
} from './config-file.ts';
import { describeSetBack, setClockHint } from './latest-record.ts';
import { securePrivateFiles } from './private-files.ts';
import { projectRoot } from './project.ts';
import type { LocalRuntime, Target } from './target.ts';

export interface ResolveOptions {
  readonly cwd: string;
  readonly variables: NodeJS.ProcessEnv;
  readonly ensureRuntime?: (root: string) => Promise<LocalRuntime>;
  /** Overrides the clients' default number of attempts and timeout. */
  readonly clientOptions?: Pick<ClientConfig, 'maxAttempts' | 'requestTimeoutMs' | 'logger'>;
}

/** Returns the target that flags, environment variables and project configuration select. Starts the local runtime if necessary. */
export async function resolveTarget(
  choice: EnvironmentFlags,
  options: ResolveOptions,
): Promise<Target> {
  const root = projectRoot(options.cwd);
  securePrivateFiles(root);
  const config = readConfig(root);
  const environment = chooseEnvironment(choice, options.variables, config);
  const unknownKeys = listUnknownKeys(config, environment.name);
  if (environment.name === localName) {
    const target = await localTarget(environment, root, options);
    const envFlag = choice.stack === undefined ? '' : `--stack ${environment.stack}`;
    return { ...target, envFlag, warnings: [...unknownKeys, ...target.warnings] };
  }
  const { name, region, profile, endpoint } = environment;
  const isConfigured = Object.hasOwn(configuredEnvironments(config), name);
  const cleared = endpoint ? [] : clearEndpointVariables(name, options.variables);
  const access = { ...(profile ? { profile } : {}), ...(endpoint ? { endpoint } : {}) };
  return {
    environment,
    root,
    clients: createClients({ region, ...access, ...options.clientOptions }),
    ...(endpoint ? { endpoint } : {}),
    timeScale: 1,
    pollMs: 1000,
    autoDeploys: false,
    label: `${name} (${region})`,
    envFlag: isConfigured ? `-e ${name}` : formatEnvironmentFlags(environment),
    warnings: [...unknownKeys, ...cleared, ...describeEndpoint(environment, choice)],
  };
}

/** Returns a note with the host of all signed requests, if the configuration sets an endpoint outside this machine. */
function describeEndpoint({ name, endpoint }: Environment, choice: EnvironmentFlags): string[] {
  if (endpoint === undefined || choice.endpoint !== undefined) return [];
  const { hostname, origin } = new URL(endpoint);
  if (isLoopback(hostname)) return [];
  return [`${configFileName} sends the requests of "${name}" to ${origin}`];
}

/** Adds the target's environment to the project's configuration, unless it is there. Returns the target with its short flag. */
export function rememberEnvironment(target: Target): Target {
  const { environment, root } = target;
  const { name } = environment;
  if (name === localName || Object.hasOwn(configuredEnvironments(readConfig(root)), name)) {
    return target;
  }
  updateConfig(root, (config) => addEnvironment(config, environment));
  return { ...target, envFlag: `-e ${name}` };
}

/** Returns the flags that select an environment that is not in the configuration. */
function formatEnvironmentFlags(environment: Environment): string {
  const settings = (['region', 'stack', 'profile', 'endpoint'] as const).flatMap((key) =>
    environment[key] === undefined ? [] : [`--${key} ${environment[key]}`],
  );
  return [`-e ${environment.name}`, ...settings].join(' ');
}

async function localTarget(
  environment: Environment,
  root: string,
  options: ResolveOptions,
): Promise<Target> {
  const runtime = await (options.ensureRuntime ?? launchAndAnnounce)(root);
  const { url, timeScale, locate, latestRecordAt } = runtime;
  const setBack = describeSetBack({ latestRecordAt });
  return {
    environment,
    root,
    clients: createClients({
      region: environment.region,
      endpoint: locate ? async () => ({ url: new URL(locate()) }) : url,
      credentials: async () => {
        const { readProjectCredentials } = await import('./local-runtime.ts');
        return readProjectCredentials(root, options.variables);
      },
      ignoresAwsFiles: true,
      ...options.clientOptions,
    }),
    endpoint: url,
    timeScale,
    pollMs: timeScale > 1 ? 150 : 1000,
    autoDeploys: true,
    label: timeScale === 1 ? environment.name : `${environment.name} (time ×${timeScale})`,
    envFlag: '',
    latestRecordAt,
    warnings: setBack === undefined ? [] : [`${setBack}. Set the clock: ${setClockHint}`],
  };
}

async function launchAndAnnounce(root: string): Promise<LocalRuntime> {
  const { launchRuntime } = await import('./local-runtime.ts');
  const runtime = await launchRuntime(root);
  if (runtime.started) {
    const store = runtime.isNew ? ', new empty store' : '';
    process.stderr.write(
      `Started the local runtime at ${runtime.url} (time ×${runtime.timeScale}${store})\n`,
    );
  }
  return {
    ...runtime,
    locate: () => readState(root)?.url ?? runtime.url,
  };
}

/**
 * Deletes the SDK's endpoint variables, and returns a warning for each: a shell that is set up for the local runtime must
 * not redirect the commands of another environment to it.
 */
function clearEndpointVariables(name: string, variables: NodeJS.ProcessEnv): string[] {
  const keys = Object.keys(variables).filter((key) => /^AWS_ENDPOINT_URL(_|$)/.test(key));
  for (const key of keys) delete variables[key];
  return keys.map((key) => `${key} is ignored: the environment "${name}" has no endpoint`);
}
