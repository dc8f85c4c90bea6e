/** Looks at this machine and at the local runtime; none of them writes or starts anything. */
import { existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { knownEnvironments } from '../../environment/known-environments.ts';
import { isObject, readJson } from '../../environment/project.ts';
import { staleBundles } from '../staleness.ts';
import { type Check, count, failing, ok, warning } from './finding.ts';

const oldestNode = 24;
/** Too little for a build and a store that grows, bytes. */
const leastFree = 500e6;
/** A store of this size takes long to look through and to copy, bytes. */
const largeStore = 1e9;

const size = (bytes: number) =>
  bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;

export const machine = {
  node: {
    needs: 'nothing',
    look() {
      const major = Number(process.versions.node.split('.')[0]);
      return major >= oldestNode
        ? ok(process.version)
        : failing(`${process.version} is too old`, `install Node ${oldestNode}`);
    },
  },
  disk: {
    needs: 'nothing',
    look({ target }) {
      const { bavail, bsize } = statfsSync(target.root);
      const free = `${size(bavail * bsize)} free`;
      return bavail * bsize < leastFree
        ? warning(`only ${free}`, 'make room where the project is')
        : ok(free);
    },
  },
  config: {
    needs: 'nothing',
    look({ target }) {
      const file = join(target.root, 'orders.config.json');
      if (existsSync(file) && !isObject(readJson(file)))
        return failing('orders.config.json is not JSON: it counts for nothing', `correct ${file}`);
      const known = knownEnvironments(target.root, {});
      const { name, region, stack } = target.environment;
      return ok(`${name}: ${stack} in ${region}; ${count(known.length, 'environment')}`);
    },
  },
  build: {
    needs: 'nothing',
    look({ target }) {
      if (!existsSync(join(target.root, 'dist/functions/order-workflow/index.mjs'))) {
        return failing('the functions are not built', 'npm run build');
      }
      const stale = staleBundles(target.root);
      return stale.length === 0
        ? ok('the functions are as their sources')
        : warning(
            `${stale.join(' and ')} changed after the last build`,
            'npm run build && orders deploy',
          );
    },
  },
} as const satisfies Record<string, Check>;

/** Only of environments that are on the local runtime. */
export const runtime = {
  runtime: {
    needs: 'nothing',
    async look({ target }) {
      const { readLeftState, readState, stateDirectory } = await import(
        '../../local/state-file.ts'
      );
      const { buildId, isListening } = await import('../../local/launch.ts');
      const state = readState(target.root);
      if (!state) {
        if (!existsSync(stateDirectory(target.root)))
          return failing('it was never started', 'orders deploy');
        const how = readLeftState(target.root) ? 'it was killed' : 'it is stopped';
        return failing(`${how}: nothing in it can be looked at`, 'orders local start');
      }
      const { url, pid, timeScale, build, inject = [], enforceQuotas } = state;
      if (!(await isListening(url)))
        return failing(`process ${pid} does not answer at ${url}`, 'orders local start');
      if (build !== buildId())
        return warning(
          'it is of another build: the next command restarts it',
          'orders local start',
        );
      if (inject.length > 0)
        return warning(
          `faults are injected: ${inject.join(' ')}`,
          'orders local start --inject none',
        );
      const manner = `time ×${timeScale}${enforceQuotas ? ', quotas enforced' : ''}`;
      return ok(`${url}, process ${pid}, ${manner}`);
    },
  },
  store: {
    needs: 'nothing',
    async look({ target }) {
      const { checkStore } = await import('../../local/store-check.ts');
      const { stateDirectory } = await import('../../local/state-file.ts');
      const check = checkStore(stateDirectory(target.root));
      if (!check) return undefined;
      const { problems, bytes, schema, executions } = check;
      const [problem] = problems;
      if (problem) return failing(problem, 'orders local status --check');
      const what = `${size(bytes)}, schema ${schema}, ${count(executions, 'execution')}`;
      return bytes > largeStore
        ? warning(`it is large: ${what}`, 'orders local reset')
        : ok(`sound, ${what}`);
    },
  },
} as const satisfies Record<string, Check>;
