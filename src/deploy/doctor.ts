/** Looks whether everything is there that commands need, and says what to do about what is not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { outputs as names } from '../../functions/contract/api.ts';
import { translate } from '../target/aws-errors.ts';
import type { Target } from '../target/resolve.ts';
import { describeStack, outputsOf, type StackOutputs } from '../target/stack.ts';
import { UserError } from '../user-error.ts';
import { checkDeployment } from './check.ts';
import { findRunning } from './running.ts';
import { staleBundles } from './staleness.ts';
import { listVersions } from './versions.ts';

export interface Finding {
  readonly about: string;
  readonly state: 'ok' | 'warning' | 'error';
  readonly message: string;
  /** The command, or what to do. */
  readonly fix?: string;
}

/** A look at one thing; what it throws is an error with the hints of that. */
type Look = (target: Target) => Promise<Omit<Finding, 'about'>> | Omit<Finding, 'about'>;

const ok = (message: string) => ({ state: 'ok', message }) as const;
const warning = (message: string, fix: string) => ({ state: 'warning', message, fix }) as const;

/** More published versions than this are in the way of whoever looks for one. */
const manyVersions = 20;
/** AWS refuses signatures of a clock that is further off; ms. */
const mostSkew = 5 * 60_000;
/** What needs a deployed stack follows these. */
const before: Readonly<Record<string, Look>> = {
  node: () => ok(process.version),
  build: ({ root }) => {
    const bundle = join(root, 'dist/functions/order-workflow/index.mjs');
    if (!existsSync(bundle)) {
      return { state: 'error', message: 'the functions are not built', fix: 'npm run build' };
    }
    const stale = staleBundles(root);
    if (stale.length === 0) return ok('the functions are as their sources');
    const message = `${stale.join(' and ')} changed after the last build`;
    return warning(message, 'npm run build && orders deploy');
  },
  store: async ({ root, deploysItself }) => {
    if (!deploysItself) return ok('not of this environment');
    const { checkStore } = await import('../local/check.ts');
    const { readState, stateDirectory } = await import('../local/state-file.ts');
    const check = checkStore(stateDirectory(root));
    const [problem] = check?.problems ?? [];
    if (problem) return { state: 'error', message: problem, fix: 'orders local status --check' };
    const { inject = [], enforceQuotas } = readState(root) ?? {};
    if (inject.length > 0) {
      const message = `faults are injected: ${inject.join(' ')}`;
      return warning(message, 'orders local start --inject none');
    }
    return ok(
      `sound, ${check?.executions ?? 0} executions${enforceQuotas ? ', quotas enforced' : ''}`,
    );
  },
  credentials: async (target) => {
    const { GetCallerIdentityCommand } = await import('../target/sdk/identity.ts');
    const identity = await target.clients.identity();
    const { Arn = '' } = await identity.send(new GetCallerIdentityCommand({}));
    return ok(Arn);
  },
  clock: async (target) => {
    const { config } = await target.clients.identity();
    const skew = Math.abs(config.systemClockOffset);
    if (skew <= mostSkew) return ok('as that of AWS');
    const message = `${Math.round(skew / 60_000)} minutes off that of AWS`;
    return warning(message, "set this machine's clock");
  },
};

type StackLook = (target: Target, outputs: StackOutputs) => ReturnType<Look>;

const ofStack: Readonly<Record<string, StackLook>> = {
  answers: async (target, outputs) => ok(await checkDeployment(target, outputs)),
  orders: async (target, outputs) => {
    const { GetCommand } = await import('../target/sdk/tables.ts');
    const tables = await target.clients.tables();
    const TableName = outputs[names.ordersTable] ?? '';
    await tables.send(new GetCommand({ TableName, Key: { orderId: 'order-0000000000' } }));
    const running = await findRunning(target, outputs);
    return ok(`the table can be read, ${running.length} on their way`);
  },
  logs: async (target, outputs) => {
    const { FilterLogEventsCommand } = await import('../target/sdk/logs.ts');
    const logs = await target.clients.logs();
    const groups = [names.workflowLogGroup, names.statusLogGroup].map(
      (name) => outputs[name] ?? '',
    );
    for (const logGroupName of groups) {
      await logs.send(new FilterLogEventsCommand({ logGroupName, limit: 1 }));
    }
    return ok(groups.join(', '));
  },
  versions: async (target, outputs) => {
    const versions = await listVersions(target, outputs);
    const live = versions.find((each) => each.live && each.of === 'workflow');
    if (!live) return { state: 'error', message: 'no version is live', fix: 'orders deploy' };
    const message = `${live.version} is live, ${versions.length} are published`;
    const old = versions.some((each) => !each.live && each.running > 0);
    if (versions.length > manyVersions) return warning(message, 'orders versions prune');
    return ok(old ? `${message}, orders still run on older ones` : message);
  },
};

/** Looks at one thing after the other; what depends on a stack is left out where there is none. */
export async function* examine(target: Target): AsyncGenerator<Finding> {
  for (const [about, look] of Object.entries(before))
    yield await find(target, about, () => look(target));
  let outputs: StackOutputs = {};
  yield await find(target, 'stack', async () => {
    const stack = await describeStack(target);
    if (!stack) {
      const message = `there is no ${target.environment.stack}`;
      return { state: 'error', message, fix: 'orders deploy' };
    }
    outputs = outputsOf(stack);
    const { StackStatus = '' } = stack;
    const message = `${target.environment.stack} is ${StackStatus}`;
    if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(StackStatus)) return ok(message);
    return StackStatus.endsWith('_COMPLETE')
      ? warning(message, 'orders deploy')
      : { state: 'error', message, fix: 'orders deploy' };
  });
  if (Object.keys(outputs).length === 0) return;
  for (const [about, look] of Object.entries(ofStack)) {
    yield await find(target, about, () => look(target, outputs));
  }
}

async function find(target: Target, about: string, look: () => ReturnType<Look>): Promise<Finding> {
  try {
    return { about, ...(await look()) };
  } catch (error) {
    const known = translate(error, target);
    const message = known instanceof Error ? known.message : String(known);
    const fix = known instanceof UserError ? known.hints[0] : undefined;
    return { about, state: 'error', message, ...(fix ? { fix } : {}) };
  }
}
