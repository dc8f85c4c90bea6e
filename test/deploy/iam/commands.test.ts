import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { probes } from '../../../src/deploy/doctor/permission-probes.ts';
import { buildPolicies, buildStatements } from '../../../src/deploy/iam/build-policy.ts';
import { commandCalls } from '../../../src/deploy/iam/command-calls.ts';
import { createPolicy, type Policy } from '../../../src/deploy/iam/policy.ts';
import { type Role, roleCommands, roles } from '../../../src/deploy/iam/roles.ts';
import type { Permission } from '../../../src/local/iam/permission.ts';
import { full } from '../../support/full.ts';
import { type CommandRun, deployRuns, destroyRuns, orderRuns } from './command-runs.ts';
import { createDecider } from './decide.ts';
import { decisions } from './record-permissions.ts';
import {
  distinctCalls,
  formatCall,
  formatRecording,
  normalizeCall,
  parseRecording,
  type RecordedCall,
} from './recorded-call.ts';
import { startProject } from './run-commands.ts';
import { listResourcePermissions, scopeFor } from './scope.ts';

vi.mock('../../../src/local/iam/authorizer.ts', async (load) => {
  const { recordPermissions } = await import('./record-permissions.ts');
  return recordPermissions(await load());
});

/** `ORDERS_TEST_FULL=1 RECORD=1 vitest run test/deploy/iam/commands.test.ts` writes this file. */
const file = new URL('command-calls.json', import.meta.url);
const recording = parseRecording(readFileSync(file, 'utf8'));
const scope = scopeFor('orders');
const callsOf = (command: string) => recording[command] ?? [];
/** The command without its flag. */
const baseOf = (command: string) => command.split(' --')[0] ?? command;
/** The runtime does not implement three of these. A bucket gets a policy only if its endpoint has TLS. */
const notRecorded = [
  'cloudformation:DescribeEvents',
  's3:PutBucketPolicy',
  'lambda:GetAccountSettings',
  'cloudwatch:DescribeAlarms',
];
/**
 * Requests that depend on a moment: somebody pauses an order during the command, the order is in a step, or it takes long, or a dead-letter message belongs
 * to a failed order that was not retried yet, or an order starts during a canary. A bucket
 * remains only if it contains other objects.
 */
const rare = [
  'cancel: Executions lambda:GetDurableExecution',
  'dead-letters redrive: OrdersTable dynamodb:UpdateItem',
  'deploy --canary: OrderStates dynamodb:BatchGetItem',
  'deploy --smoke: Executions lambda:GetDurableExecution',
  'destroy: Bucket s3:ListBucket',
  'destroy --running: Executions lambda:ResumeDurableExecution',
];

const format = ({ action, resource }: Pick<Permission, 'action' | 'resource'>) =>
  `${action} ${resource}`;

/** Requests that CloudFormation makes for the caller of `deploy`, `diff` or `destroy`. */
const ofCloudFormation = new Set(
  [
    ...listResourcePermissions('orders'),
    {
      action: 'cloudformation:CreateChangeSet',
      resource: 'arn:aws:cloudformation:us-east-2:aws:transform/Serverless-2016-10-31',
    },
  ].map((permission) => format(normalizeCall(permission))),
);

/** Returns the calls that the policies deny. */
function findDenied(policies: readonly { document: Policy }[], calls: readonly RecordedCall[]) {
  const isAllowed = createDecider(policies);
  return calls.filter((call) => !isAllowed(call));
}

type Part = 'needs' | 'uses';

/** Returns the entries of a command in the table, as `kind action`. */
const listEntries = (command: string, parts: readonly Part[]) =>
  parts.flatMap((part) =>
    (commandCalls[command]?.[part] ?? []).flatMap((byKind) =>
      Object.entries(byKind).flatMap(([kind, actions]) =>
        actions.map((action) => `${kind} ${action}`),
      ),
    ),
  );

/** The doctor tries the requests of other commands. */
const probeEntries = Object.entries(probes).flatMap(([kind, byAction]) =>
  Object.keys(byAction).map((action) => `${kind} ${action}`),
);

/** Returns the policy of entries of the table; none without entries. */
function buildEntryPolicy(entries: readonly string[]) {
  const calls = entries.map((entry) => {
    const [kind = '', action = ''] = entry.split(' ');
    return { [kind]: [action] };
  });
  return calls.length > 0 ? [{ document: createPolicy(buildStatements(calls, scope)) }] : [];
}

/** Returns the policies without one action. */
function withoutAction(policies: readonly { document: Policy }[], action: string) {
  return policies.map(({ document }) => ({
    document: createPolicy(
      document.Statement.flatMap((statement) => {
        const Action = statement.Action.filter((other) => other !== action);
        return Action.length > 0 ? [{ ...statement, Action }] : [];
      }),
    ),
  }));
}

describe('the table of calls', () => {
  it('names every command that sends requests', () => {
    const withoutRequests =
      /^(completion|cost|env|help|iam|init|load-test compare|local|config|sample)\b/;
    const commands = globSync('commands/**/*.ts')
      .map((path) =>
        path
          .replace(/^commands\//, '')
          .replace(/\.ts$/, '')
          .replace('/', ' '),
      )
      .filter((command) => !withoutRequests.test(command));
    const known = Object.keys(commandCalls);
    expect(commands.filter((command) => !known.includes(command))).toEqual([]);
    expect(Object.keys(recording).sort()).toEqual(known.toSorted());
  });

  it('contains every request of every command', () => {
    const missing = Object.keys(commandCalls).flatMap((command) => {
      const entries = [baseOf(command), command].flatMap((name) =>
        listEntries(name, ['needs', 'uses']),
      );
      const policy = buildEntryPolicy([...entries, ...(command === 'doctor' ? probeEntries : [])]);
      return findDenied(policy, callsOf(command))
        .map(format)
        .filter((call) => !ofCloudFormation.has(call))
        .map((call) => `${command}: ${call}`);
    });
    expect(missing).toEqual([]);
  });

  it('contains no request that a command does not send', () => {
    const superfluous = Object.keys(commandCalls).flatMap((command) => {
      const entries = [...new Set(listEntries(command, ['needs', 'uses']))];
      const isDenied = (entry: string) => {
        const rest = buildEntryPolicy(entries.filter((other) => other !== entry));
        const variants = Object.keys(commandCalls).filter((other) => baseOf(other) === command);
        const calls = [command, ...variants].flatMap(callsOf);
        const own = calls.filter(({ action }) => entry.endsWith(` ${action}`));
        return findDenied(rest, own).length > 0;
      };
      return entries
        .filter((entry) => !isDenied(entry) && !notRecorded.some((name) => entry.endsWith(name)))
        .map((entry) => `${command}: ${entry}`);
    });
    expect(superfluous.filter((entry) => !rare.includes(entry))).toEqual([]);
  });
});

describe.each(roles)('the policy of %s', (role) => {
  const policies = buildPolicies(role, scope);
  const calls = roleCommands[role].flatMap(callsOf);

  it('allows everything that its commands need', () => {
    for (const command of roleCommands[role]) {
      const uses = [command, baseOf(command)].flatMap((name) => listEntries(name, ['uses']));
      const optional = buildEntryPolicy(command === 'doctor' ? [...uses, ...probeEntries] : uses);
      const denied = findDenied(policies, callsOf(command));
      expect([command, findDenied(optional, denied).map(format)]).toEqual([command, []]);
    }
  });

  it('contains nothing superfluous', () => {
    const needed = role === 'deploy' ? [...calls, ...listResourcePermissions('orders')] : calls;
    const allowed = needed.filter(createDecider(policies));
    const actions = policies.flatMap(({ document }) =>
      document.Statement.flatMap(({ Action }) => Action),
    );
    const superfluous = [...new Set(actions)].filter((action) => {
      const own = allowed.filter((call) => call.action === action);
      return findDenied(withoutAction(policies, action), own).length === 0;
    });
    expect(superfluous).toEqual(role === 'deploy' ? notRecorded.slice(0, 2) : []);
  });
});

/** Runs all commands with the credentials of their roles. Returns the permissions of each command, and the runs that failed. */
async function runAll() {
  const project = await startProject();
  onTestFinished(() => project.close());
  const found = new Map<string, RecordedCall[]>();
  const failures: string[] = [];
  const perform = async (role: Role, { command, argv, codes = [], keys }: CommandRun) => {
    decisions.length = 0;
    const { code, stderr, stdout } = await project.runAs(role, argv, keys);
    const output = `${stderr}${stdout.slice(-500)}`;
    if (!codes.includes(code)) failures.push(`${role} ${argv.join(' ')}: ${code} ${output}`);
    const own = decisions.filter(({ principal }) => principal.kind === 'user');
    const calls = own.map(({ permission }) => normalizeCall(permission));
    found.set(command, distinctCalls([...(found.get(command) ?? []), ...calls]));
  };
  for (const run of deployRuns) await perform('deploy', run);
  const tools = await project.tools();
  for (const step of orderRuns) {
    if ('prepare' in step) await step.prepare(tools);
    else {
      const allowed = roles.filter((role) => roleCommands[role].includes(step.command));
      for (const role of allowed) await perform(role, step);
    }
  }
  await tools.submit('fraud-review', 'last-1', 'awaiting-review');
  for (const run of destroyRuns) await perform('deploy', run);
  return { commands: Object.fromEntries(found), failures };
}

describe.runIf(full)('on a local runtime', () => {
  it('every command works under the policy of its role alone', async () => {
    const { commands, failures } = await runAll();
    if (process.env['RECORD']) {
      writeFileSync(file, formatRecording(commands));
    }
    expect(failures).toEqual([]);
    for (const command of Object.keys(commandCalls)) {
      const known = new Set(callsOf(command).map(formatCall));
      const added = (commands[command] ?? []).filter((call) => !known.has(formatCall(call)));
      expect([command, added]).toEqual([command, []]);
    }
  }, 900_000);
});
