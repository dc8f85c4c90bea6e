import type { Credentials } from '../aws/clients.ts';
import {
  defaultPort,
  defaultTimeScale,
  ensureRuntime,
  type LaunchedState,
  type LaunchSettings,
  resetRuntime,
  runInForeground,
} from '../local/runtime/launch.ts';
import { findProjectCredentials } from '../local/runtime/project-credentials.ts';
import { readPreviousState, readState, stateDirectory } from '../local/runtime/state-file.ts';
import { UserError } from '../user-error.ts';
import { localName } from './choose-environment.ts';
import { clearStackCache } from './stack-outputs.ts';
import type { LocalRuntime } from './target.ts';

/** Returns the address of the project's local runtime, whether it is running or not. Never starts it. */
export async function locateRuntime(root: string): Promise<LocalRuntime> {
  const {
    url = `http://127.0.0.1:${defaultPort}`,
    timeScale = defaultTimeScale,
    latestRecordAt,
  } = readPreviousState(root) ?? {};
  return { url, timeScale, latestRecordAt };
}

/**
 * Returns the credentials for the project's local runtime. If `variables` contain the credentials of a user of this runtime, returns
 * these, else the credentials of the project. If the runtime has never run, returns invented credentials, which no runtime accepts.
 */
export async function readProjectCredentials(
  root: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<Credentials> {
  const project = findProjectCredentials(stateDirectory(root));
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey } = variables;
  // The access key of a user begins with that of its project.
  if (project && secretAccessKey && accessKeyId.startsWith(project.accessKeyId)) {
    return { accessKeyId, secretAccessKey };
  }
  return project ?? { accessKeyId: 'none', secretAccessKey: 'none' };
}

/** Returns when the project's local runtime started (ms since the epoch); undefined if it is not running. */
export async function readRuntimeStart(root: string): Promise<number | undefined> {
  return readState(root)?.startedAt;
}

/**
 * Returns the last line of the log of the project's local runtime, which states why it ended; empty if the log contains no reason.
 * Returns undefined if the runtime is running.
 */
export async function readStopReason(root: string): Promise<string | undefined> {
  const { hasOwner } = await import('../local/runtime/ownership.ts');
  if (hasOwner(root)) return undefined;
  const { readLogTail } = await import('../local/runtime/spawn-runtime.ts');
  const { startedPrefix } = await import('../local/runtime/start-error.ts');
  const last = readLogTail(root).split('\n').at(-1) ?? '';
  return last.startsWith(startedPrefix) ? '' : last;
}

/** Stops the project's local runtime. Deletes its data and the cached facts about its stack. */
export async function resetLocalRuntime(root: string): Promise<void> {
  await resetRuntime(root);
  clearStackCache({ root, environment: { name: localName } });
}

/** Returns the state of the project's local runtime, after starting it if necessary. Throws UserError if it does not start. */
export async function launchRuntime(
  root: string,
  settings: LaunchSettings = {},
): Promise<LaunchedState> {
  try {
    return await ensureRuntime(root, settings);
  } catch (cause) {
    throw await explainStartError(cause);
  }
}

/** Runs the project's local runtime until Ctrl-C. Resolves with its exit code. Throws UserError if it cannot start. */
export async function runRuntimeInForeground(
  root: string,
  settings: LaunchSettings,
): Promise<number> {
  try {
    return await runInForeground(root, settings);
  } catch (cause) {
    throw await explainStartError(cause);
  }
}

async function explainStartError(cause: unknown): Promise<UserError> {
  const { StartError } = await import('../local/runtime/start-error.ts');
  const why = cause instanceof Error ? cause.message : String(cause);
  const problem = cause instanceof StartError ? cause.problem : 'other';
  const [first = why] = why.split('\n');
  if (problem === 'port') {
    const hint = ['choose another --port, or omit it', 'orders local status'];
    return new UserError(first, { hint, exit: 6, code: 'PortInUse', cause });
  }
  if (problem === 'running') {
    const hint = ['orders local status', 'orders local stop'];
    return new UserError(first, { hint, exit: 6, code: 'AlreadyRunning', cause });
  }
  const isStoreProblem = cause instanceof Error && cause.name === 'StoreError';
  return new UserError(`The local runtime does not start: ${why}`, {
    // The message names the fix of a folder that cannot be written. Another start would fail as well.
    hint: isStoreProblem
      ? ['orders doctor']
      : ['orders local status --check', 'orders local start --foreground'],
    exit: 3,
    code: 'RuntimeFailed',
    cause,
  });
}
