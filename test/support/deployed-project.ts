/** Projects that begin with a deployed stack, without a deployment for each. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';
import type { OutputName } from '../../src/environment/stack-outputs.ts';
import { readState, stateDirectory, storeFile } from '../../src/local/runtime/state-file.ts';
import { createProject, type Project } from './project.ts';

export type DeployedProject = Project & {
  /** Outputs of the stack, by name. */
  readonly outputs: Readonly<Record<OutputName, string>>;
};

/**
 * Creates a project with a running runtime, which `flags` of `local start` configure, and with a stack that has the default parameters.
 * The runtime starts from a copy of a store to which this stack was deployed once in this test run: it has its own secret, address and
 * clock, and no orders.
 */
export async function createDeployedProject(...flags: readonly string[]): Promise<DeployedProject> {
  return startDeployed(createProject(), flags);
}

/** Starts the runtime of a project without a store like `createDeployedProject`. */
export async function startDeployed(
  project: Project,
  flags: readonly string[] = [],
): Promise<DeployedProject> {
  const template = join(inject('sharedFolder'), 'deployed');
  await createOnce(template, () => deployTemplate(template));
  mkdirSync(stateDirectory(project.root), { recursive: true, mode: 0o700 });
  cpSync(join(template, storeFile), join(stateDirectory(project.root), storeFile));
  const started = await project.orders('local', 'start', ...flags);
  const { url } = readState(project.root) ?? {};
  if (url === undefined) throw new Error(started.stderr);
  const { outputs, endpoint } = JSON.parse(readFileSync(join(template, 'outputs.json'), 'utf8'));
  return { ...project, outputs: JSON.parse(JSON.stringify(outputs).replaceAll(endpoint, url)) };
}

/** Creates a file or folder for several test files of a run. The first test file calls `create`; the other files wait until `path` exists. */
export async function createOnce(path: string, create: () => Promise<void>): Promise<void> {
  const lock = `${path}.lock`;
  while (!existsSync(path)) {
    if (!tryLock(lock)) await delay(50);
    else {
      try {
        if (!existsSync(path)) await create();
      } finally {
        rmdirSync(lock);
      }
    }
  }
}

/** Creates a lock folder. Returns false if another process has created it. */
function tryLock(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** Deploys the stack to a new runtime, stops the runtime, and keeps its store and the stack's outputs in a folder. */
async function deployTemplate(template: string): Promise<void> {
  const project = createProject();
  try {
    const { outputs } = await project.runJson('deploy');
    const endpoint = readState(project.root)?.url;
    await project.orders('local', 'stop');
    const draft = `${template}.draft`;
    mkdirSync(draft, { recursive: true });
    cpSync(join(stateDirectory(project.root), storeFile), join(draft, storeFile));
    writeFileSync(join(draft, 'outputs.json'), JSON.stringify({ endpoint, outputs }));
    renameSync(draft, template);
  } finally {
    await project.close();
  }
}
