/** Provides the deployed stack. Deploys it first if it is missing and the target deploys automatically. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNotFound } from '../aws/errors.ts';
import type { Stack, StackOutputs } from '../environment/stack.ts';
import { cachePath, clearCachedOutputs, loadOutputs } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { awaitResult } from './events.ts';

/** Prints a progress line. */
export type Notify = (line: string) => void;

/**
 * Runs `use` with the target's stack. If the cached outputs belong to a deleted stack, reads them again and runs `use` once more.
 * Throws UserError `NotDeployed` if no stack exists and the target does not deploy automatically.
 */
export async function withStack<T>(
  target: Target,
  notify: Notify,
  use: (stack: Stack) => Promise<T>,
): Promise<T> {
  try {
    return await use({ target, outputs: await ensureOutputs(target, notify) });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    clearCachedOutputs(target);
    return use({ target, outputs: await ensureOutputs(target, notify) });
  }
}

async function ensureOutputs(target: Target, notify: Notify): Promise<StackOutputs> {
  try {
    return await loadOutputs(target);
  } catch (error) {
    const isMissing = error instanceof UserError && error.code === 'NotDeployed';
    if (!isMissing || !target.autoDeploys) throw error;
  }
  const release = await acquireDeployLock(cachePath(target, 'deploy.lock'));
  try {
    return await loadOutputs(target);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return await deployFirstTime(target, notify);
  } finally {
    release();
  }
}

async function deployFirstTime(target: Target, notify: Notify): Promise<StackOutputs> {
  const { stack, name } = target.environment;
  notify(`Deploying ${stack} to ${name} for the first time`);
  const { deploy } = await import('./deploy.ts');
  const { outputs, durationMs } = await awaitResult(deploy(target));
  notify(`Deployed in ${(durationMs / 1000).toFixed(1)}s`);
  return outputs;
}

/**
 * Creates the lock file, or waits until another command has deleted it: only one of several concurrent commands deploys.
 * Returns a function that releases the lock.
 */
async function acquireDeployLock(file: string): Promise<() => void> {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    try {
      const lock = openSync(file, 'wx');
      writeSync(lock, String(process.pid));
      closeSync(lock);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (isAbandonedLock(file)) rmSync(file, { force: true });
    else await sleep(100);
  }
}

function isAbandonedLock(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // A lock that has just been created is still empty; it is not abandoned.
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
