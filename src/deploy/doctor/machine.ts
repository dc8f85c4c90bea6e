/** Checks of this machine and of the local runtime. They neither write files nor start processes. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { configFileName, readConfig } from '../../environment/config-file.ts';
import { listEnvironments } from '../../environment/known-environments.ts';
import { readStopReason } from '../../environment/local-runtime.ts';
import { deployableRoot } from '../../environment/project.ts';
import { UserError } from '../../user-error.ts';
import { findStaleBundles } from '../staleness.ts';
import { type Check, failing, formatCount, ok, warning } from './finding.ts';

const minNodeMajor = 22;
/** A build and a growing store need at least this much (bytes). */
const minFreeBytes = 500e6;
/** Checking and copying a larger store takes long (bytes). */
const largeStoreBytes = 1e9;

const writableFix = "make the project's folder writable";

const formatBytes = (bytes: number) =>
  bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export const machine = {
  node: {
    needs: 'nothing',
    run() {
      const major = Number(process.versions.node.split('.')[0]);
      return major >= minNodeMajor
        ? ok(process.version)
        : failing(`${process.version} is too old`, `install Node ${minNodeMajor}`);
    },
  },
  disk: {
    needs: 'nothing',
    run({ target }) {
      const { bavail, bsize } = statfsSync(target.root);
      const free = `${formatBytes(bavail * bsize)} free`;
      if (!isWritable(target.root)) {
        return failing(`${target.root} is not writable`, writableFix);
      }
      return bavail * bsize < minFreeBytes
        ? warning(`only ${free}`, "free disk space on the project's volume")
        : ok(free);
    },
  },
  config: {
    needs: 'nothing',
    run({ target }) {
      try {
        readConfig(target.root);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return failing(error.message, `correct ${join(target.root, configFileName)}`);
      }
      const environments = listEnvironments(target.root, {});
      const { name, region, stack } = target.environment;
      return ok(
        `${name}: ${stack} in ${region}; ${formatCount(environments.length, 'environment')}`,
      );
    },
  },
  build: {
    needs: 'nothing',
    run({ target }) {
      const root = deployableRoot(target.root);
      const template = join(root, 'template.yaml');
      if (!existsSync(template)) return failing(`${template} does not exist`, 'restore the file');
      if (!existsSync(join(root, 'dist/functions/order-workflow/index.mjs'))) {
        return failing('the functions are not built', 'npm run build');
      }
      const stale = findStaleBundles(root);
      return stale.length === 0
        ? ok('the functions are up to date')
        : warning(
            `${stale.join(' and ')} changed after the last build`,
            'npm run build && orders deploy',
          );
    },
  },
} as const satisfies Record<string, Check>;

/** Checks of the local runtime. They run only for the local environment. */
export const runtime = {
  runtime: {
    needs: 'nothing',
    async run({ target }) {
      const { readPreviousState, stateDirectory } = await import(
        '../../local/runtime/state-file.ts'
      );
      const { isListening } = await import('../../local/runtime/launch.ts');
      const { buildId } = await import('../../local/runtime/spawn-runtime.ts');
      const { findOwner } = await import('../../local/runtime/ownership.ts');
      const state = await findOwner(target.root);
      if (!state) {
        if (!existsSync(stateDirectory(target.root)))
          return failing('never started', isWritable(target.root) ? 'orders deploy' : writableFix);
        const ending = readPreviousState(target.root) ? 'killed' : 'stopped';
        const reason = await readStopReason(target.root);
        const detail = reason || 'its stack and orders cannot be checked';
        return failing(`${ending}: ${detail}`, 'orders local start');
      }
      const { url, pid, timeScale, build, inject = [], enforceQuotas } = state;
      if (!(await isListening(url)))
        return failing(`process ${pid} does not respond at ${url}`, 'orders local start');
      if (build !== buildId())
        return warning(
          'started by another build: the next command restarts it',
          'orders local start',
        );
      if (inject.length > 0)
        return warning(
          `faults are injected: ${inject.join(' ')}`,
          'orders local start --inject none',
        );
      const behavior = `time ×${timeScale}${enforceQuotas ? ', quotas enforced' : ''}`;
      return ok(`${url}, process ${pid}, ${behavior}`);
    },
  },
  store: {
    needs: 'nothing',
    async run({ target }) {
      const { checkStore } = await import('../../local/runtime/store-check.ts');
      const { stateDirectory } = await import('../../local/runtime/state-file.ts');
      const check = checkStore(stateDirectory(target.root));
      if (!check) return undefined;
      const { problems, bytes, schema, executions } = check;
      const [problem] = problems;
      if (problem) return failing(problem, 'orders local status --check');
      const summary = `${formatBytes(bytes)}, schema ${schema}, ${formatCount(executions, 'execution')}`;
      return bytes > largeStoreBytes
        ? warning(`large: ${summary}`, 'orders local reset')
        : ok(`consistent, ${summary}`);
    },
  },
} as const satisfies Record<string, Check>;
