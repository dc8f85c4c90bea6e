/** Runs the doctor's checks: reports what commands need and do not find, with a fix for each. Writes and starts nothing. */
import { isDenied, isTransient, translateError } from '../../aws/errors.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { account } from './account.ts';
import { Facts } from './facts.ts';
import type { Check, CheckResult, Finding, Group } from './finding.ts';
import { machine, runtime } from './machine.ts';
import { orders } from './orders.ts';
import { permissions } from './permissions.ts';
import { stack } from './stack.ts';

const checks = {
  machine,
  runtime,
  account,
  stack: { ...stack, permissions },
  orders,
} as const satisfies Record<Group, Record<string, Check>>;

interface NamedCheck {
  readonly group: Group;
  readonly about: string;
  readonly check: Check;
}

const allChecks: readonly NamedCheck[] = Object.entries(checks).flatMap(([group, byName]) =>
  Object.entries<Check>(byName).map(([about, check]) => ({ group: group as Group, about, check })),
);

/** Names of all checks, in the order in which they run. */
export const checkNames: readonly string[] = allChecks.map(({ about }) => about);

/** The checks that establish a prerequisite of other checks. */
const prerequisites: Readonly<Record<string, Check['needs']>> = {
  runtime: 'runtime',
  credentials: 'account',
  stack: 'stack',
};
/** Prerequisites in the order in which they depend on each other. */
const levels: readonly Check['needs'][] = ['nothing', 'runtime', 'account', 'stack'];
const levelFor = (needs: Check['needs']) => levels.indexOf(needs);

/** Level that a check establishes; undefined if no other check depends on it. */
function establishedLevel(about: string): number | undefined {
  const prerequisite = prerequisites[about];
  return prerequisite === undefined ? undefined : levelFor(prerequisite);
}

/**
 * Runs the checks named in `only`, or all of them, in order. Checks of their prerequisites run as well and are
 * reported if they fail. Returns the groups with checks that had to be skipped.
 */
export async function* examine(
  target: Target,
  only: readonly string[] = [],
): AsyncGenerator<Finding, readonly Group[]> {
  const facts = new Facts(target);
  const isWanted = (about: string) => only.length === 0 || only.includes(about);
  const skipped = new Set<Group>();
  // Checks that need this level or a higher one cannot run.
  let blockedLevel = levels.length;
  for (const { group, about, check } of selectChecks(target, isWanted)) {
    if (levelFor(check.needs) >= blockedLevel) {
      if (isWanted(about)) skipped.add(group);
      continue;
    }
    const result = await runCheck(check, facts);
    if (await isBlocked(about, result, facts))
      blockedLevel = establishedLevel(about) ?? blockedLevel;
    if (result && (isWanted(about) || result.state === 'error')) yield { group, about, ...result };
  }
  return [...skipped];
}

/** Returns the wanted checks and the checks of their prerequisites, without the runtime's on AWS. */
function selectChecks(target: Target, isWanted: (about: string) => boolean): NamedCheck[] {
  const applicable = allChecks.filter(({ group }) => group !== 'runtime' || target.autoDeploys);
  const wanted = applicable.filter(({ about }) => isWanted(about));
  const highestLevel = Math.max(...wanted.map(({ check }) => levelFor(check.needs)));
  const isRequired = (about: string) => {
    const level = establishedLevel(about);
    return level !== undefined && level <= highestLevel;
  };
  return applicable.filter(({ about }) => isWanted(about) || isRequired(about));
}

/** Whether the checks that depend on this one cannot run. A stack in a bad state can be checked, a missing one cannot. */
async function isBlocked(
  about: string,
  result: CheckResult | undefined,
  facts: Facts,
): Promise<boolean> {
  const prerequisite = prerequisites[about];
  if (prerequisite === undefined) return false;
  if (prerequisite !== 'stack') return result?.state === 'error';
  const outputs = await facts.outputs().catch(() => ({}));
  return Object.keys(outputs).length === 0;
}

async function runCheck(check: Check, facts: Facts): Promise<CheckResult | undefined> {
  try {
    return await check.run(facts);
  } catch (error) {
    return toCheckResult(error, facts.target);
  }
}

/** Converts an error that a check threw: a missing permission is a warning. */
function toCheckResult(error: unknown, target: Target): CheckResult {
  const translated = translateError(error, target);
  const message = translated instanceof Error ? translated.message : String(translated);
  if (isDenied(error)) {
    const [, action, resource] = /to perform: (\S+)(?: on resource: (\S+))?/.exec(message) ?? [];
    const statement = { Effect: 'Allow', Action: action, Resource: resource };
    const fix = `add to the policy: ${JSON.stringify(statement)}`;
    return {
      state: 'warning',
      message: `${action ?? 'a request'} is not allowed`,
      fix: resource ? fix : 'orders iam observe',
    };
  }
  const [hint] = translated instanceof UserError ? translated.hints : [];
  const isOffline = isTransient(error) && !target.autoDeploys;
  const fix = isOffline ? 'check the network connection' : hint;
  return { state: 'error', message, ...(fix ? { fix } : {}) };
}
