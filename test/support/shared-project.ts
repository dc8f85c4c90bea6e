/** Projects of test files that share a runtime: its start and its first handlers take most of the processor time of a short file. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { readState } from '../../src/local/runtime/state-file.ts';
import { createOnce, type DeployedProject, startDeployed } from './deployed-project.ts';
import { createProject, modelError } from './project.ts';
import { makeProject, repository } from './project-files.ts';
import { listNewFaults, maxResponses } from './recorded-responses.ts';

/** Time scale of the shared runtime: the waits of an order take a second, and a review more than a minute. */
const timeScale = '600';

/** The runtime that test files share. */
interface SharedRuntime extends Pick<DeployedProject, 'root' | 'outputs'> {
  readonly pid: number | undefined;
}

/**
 * Returns a project that other test files use at the same time, with its folder, runtime and stack. The first file of a run starts the
 * runtime, and the end of the run stops it. A test must not change the configuration, the stack, the stock of the samples or the runtime,
 * and must only look at its own orders.
 */
export async function openSharedProject(): Promise<DeployedProject> {
  const file = join(inject('sharedFolder'), 'shared.json');
  await createOnce(file, () => startShared(file));
  const { root, outputs, pid }: SharedRuntime = JSON.parse(readFileSync(file, 'utf8'));
  const project = createProject(root);
  return {
    ...project,
    outputs,
    /** Throws if a response differs from the API model of its service, or if the runtime is no longer the same. */
    async close() {
      const faults = listNewFaults(project.responses);
      if (faults.length > 0) throw modelError(faults);
      if (readState(root)?.pid !== pid) throw new Error('a test ended the shared runtime');
    },
  };
}

/** Starts a runtime in the folder of the test run, and describes it in a file. */
async function startShared(file: string): Promise<void> {
  const project = createProject(makeProject(repository, dirname(file)), 10 * maxResponses);
  const { root, outputs } = await startDeployed(project, ['--time-scale', timeScale]);
  const shared: SharedRuntime = { root, outputs, pid: readState(root)?.pid };
  writeFileSync(`${file}.draft`, JSON.stringify(shared));
  renameSync(`${file}.draft`, file);
}
