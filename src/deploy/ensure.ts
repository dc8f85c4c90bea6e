/** A stack to work with: the deployed one, or on a target that sets itself up, one deployed now. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNotFound } from '../aws/errors.ts';
import {
  cachePath,
  forgetOutputs,
  loadOutputs,
  type StackOutputs,
} from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { endOf } from './events.ts';

/** Tells the person something on the way. */
export type Notify = (line: string) => void;

/** Runs `use` with the stack's outputs; when they turn out to be of a stack that is gone, finds them anew once. */
export async function withStack<T>(
  target: Target,
  notify: Notify,
  use: (outputs: StackOutputs) => Promise<T>,
): Promise<T> {
  try {
    return await use(await ensureOutputs(target, notify));
  } catch (error) {
    if (!isNotFound(error)) throw error;
    forgetOutputs(target);
    return use(await ensureOutputs(target, notify));
  }
}

async function ensureOutputs(target: Target, notify: Notify): Promise<StackOutputs> {
  try {
    return await loadOutputs(target);
  } catch (error) {
    const missing = error instanceof UserError && error.code === 'NotDeployed';
    if (!missing || !target.deploysItself) throw error;
  }
  const release = await claim(cachePath(target, 'deploy.lock'));
  try {
    return await loadOutputs(target);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return await firstDeploy(target, notify);
  } finally {
    release();
  }
}

async function firstDeploy(target: Target, notify: Notify): Promise<StackOutputs> {
  const { stack, name } = target.environment;
  notify(`Deploying ${stack} to ${name} for the first time`);
  const { deploy } = await import('./deploy.ts');
  const { outputs, durationMs } = await endOf(deploy(target));
  notify(`Deployed in ${(durationMs / 1000).toFixed(1)}s`);
  return outputs;
}

/** Of several commands at once, one deploys: the one that creates the file. The others wait until it is gone. */
async function claim(file: string): Promise<() => void> {
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
    if (isAbandoned(file)) rmSync(file, { force: true });
    else await sleep(100);
  }
}

function isAbandoned(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // Between its creation and its content a lock is empty, and not abandoned.
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
