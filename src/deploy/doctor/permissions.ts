import { isDenied, isTransient, needsSignIn } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import { artifactsBucketName } from '../artifacts.ts';
import { buildStatements } from '../iam/build-policy.ts';
import { type Calls, commandCalls } from '../iam/command-calls.ts';
import type { ResourceKindName } from '../iam/resources.ts';
import { type Role, roleCommands } from '../iam/roles.ts';
import type { Facts } from './facts.ts';
import { type Check, failing, listFirst, ok, warning } from './finding.ts';
import { probes } from './permission-probes.ts';

interface Call {
  readonly kind: ResourceKindName;
  readonly action: string;
}

const formatCall = ({ kind, action }: Call) => `${kind} ${action}`;

/** Reports the commands for which the caller lacks a permission, with the statement that is missing. Changes nothing. */
export const permissions: Check = {
  needs: 'stack',
  async run(facts) {
    const calls = listProbedCalls();
    const denied = await findDenied(
      { target: facts.target, outputs: await facts.outputs() },
      calls,
    );
    if (denied.length === 0) return ok('all commands that read or change orders are allowed');
    const observe = findAccess('observe', calls, denied);
    const operate = findAccess('operate', calls, denied);
    if (observe.missing.length > 0) {
      return failing(formatMissing(observe), await formatFix(facts, observe));
    }
    const extra = operate.needed.filter((call) => !isIn(observe.needed, call));
    if (operate.missing.length === extra.length) {
      const commands = listFirst(roleCommands.observe, roleCommands.observe.length);
      return ok(`only commands that show orders: ${commands}`);
    }
    return warning(formatMissing(operate), await formatFix(facts, operate));
  },
};

/** The probed calls of a role, and the denied calls among them. */
interface RoleAccess {
  readonly role: Role;
  readonly needed: readonly Call[];
  readonly missing: readonly Call[];
}

function findAccess(role: Role, calls: readonly Call[], denied: readonly Call[]): RoleAccess {
  const names = listNeeded(roleCommands[role]);
  const needed = calls.filter((call) => names.has(formatCall(call)));
  return { role, needed, missing: needed.filter((call) => isIn(denied, call)) };
}

const isIn = (calls: readonly Call[], { kind, action }: Call) =>
  calls.some((other) => other.kind === kind && other.action === action);

function listProbedCalls(): Call[] {
  return Object.entries(probes).flatMap(([kind, byAction]) =>
    Object.keys(byAction).map((action) => ({ kind: kind as ResourceKindName, action })),
  );
}

/** Returns the calls that the commands need, as `formatCall` writes them. */
function listNeeded(commands: readonly string[]): ReadonlySet<string> {
  const calls = commands.flatMap((command) => commandCalls[command]?.needs ?? []);
  return new Set(
    calls.flatMap((byKind) =>
      Object.entries(byKind).flatMap(([kind, actions]) =>
        actions.map((action) => formatCall({ kind: kind as ResourceKindName, action })),
      ),
    ),
  );
}

async function findDenied(stack: Stack, calls: readonly Call[]): Promise<Call[]> {
  const results = await Promise.all(calls.map((call) => isCallDenied(stack, call)));
  return calls.filter((_, index) => results[index]);
}

/** Any other rejection proves that the caller has the permission. Other checks report missing resources. */
async function isCallDenied(stack: Stack, { kind, action }: Call): Promise<boolean> {
  try {
    await probes[kind]?.[action]?.(stack);
    return false;
  } catch (error) {
    if (isTransient(error) || needsSignIn(error)) throw error;
    return isDenied(error);
  }
}

/** Returns the commands that are not allowed: `not allowed: list, watch, 3 more`. */
function formatMissing({ role, missing }: RoleAccess): string {
  const commands = roleCommands[role].filter((command) => {
    const needed = listNeeded([command]);
    return missing.some((call) => needed.has(formatCall(call)));
  });
  return `not allowed: ${listFirst(commands, 5)}`;
}

/** Returns the command that prints the policy if nothing of it is allowed, else the missing statements. */
async function formatFix(facts: Facts, { role, needed, missing }: RoleAccess): Promise<string> {
  if (missing.length === needed.length) return `orders iam ${role}`;
  const { region, stack } = facts.target.environment;
  const { account } = await facts.caller();
  const bucket = artifactsBucketName(stack, account, region);
  const calls = missing.map(({ kind, action }): Calls => ({ [kind]: [action] }));
  const statements = buildStatements(calls, { region, stack, account, bucket });
  return `add to the policy: ${statements.map((statement) => JSON.stringify(statement)).join(', ')}`;
}
