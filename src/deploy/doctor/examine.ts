/** Looks whether everything is there that commands need, and says what to do about what is not. Writes and starts nothing. */
import { isDenied, isTransient, translate } from '../../aws/errors.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { account } from './account.ts';
import { Facts } from './facts.ts';
import type { Check, Finding, Group, Said } from './finding.ts';
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

const all = Object.entries(checks).flatMap(([group, each]) =>
  Object.entries<Check>(each).map(([about, check]) => ({ group: group as Group, about, check })),
);

/** What can be looked at, in its order. */
export const checkNames: readonly string[] = all.map(({ about }) => about);

/** Which check tells whether what others need is in order. */
const gates: Readonly<Record<string, Check['needs']>> = {
  runtime: 'runtime',
  credentials: 'account',
  stack: 'stack',
};
const levels: readonly Check['needs'][] = ['nothing', 'runtime', 'account', 'stack'];
const levelOf = (needs: Check['needs']) => levels.indexOf(needs);

/**
 * Looks at what `only` names, or at everything, one thing after the other; what that depends on is told of as well where it
 * is wrong. Answers the groups of what there was no way to look at.
 */
export async function* examine(
  target: Target,
  only: readonly string[] = [],
): AsyncGenerator<Finding, readonly Group[]> {
  const facts = new Facts(target);
  const here = all.filter(({ group }) => group !== 'runtime' || target.deploysItself);
  const isWanted = (about: string) => only.length === 0 || only.includes(about);
  const wanted = here.filter(({ about }) => isWanted(about));
  const deepest = Math.max(...wanted.map(({ check }) => levelOf(check.needs)));
  let reach = levels.length;
  const skipped = new Set<Group>();
  for (const { group, about, check } of here) {
    const gate = gates[about];
    const opens = gate !== undefined && levelOf(gate) <= deepest;
    if (!isWanted(about) && !opens) continue;
    if (levelOf(check.needs) >= reach) {
      if (isWanted(about)) skipped.add(group);
      continue;
    }
    const said = await ask(check, facts);
    if (gate !== undefined && (await isShut(gate, said, facts))) reach = levelOf(gate);
    if (said && (isWanted(about) || said.state === 'error')) yield { group, about, ...said };
  }
  return [...skipped];
}

/** A stack that is not well can be looked at; one that is not there cannot. */
async function isShut(
  gate: Check['needs'],
  said: Said | undefined,
  facts: Facts,
): Promise<boolean> {
  if (gate !== 'stack') return said?.state === 'error';
  const outputs = await facts.outputs().catch(() => ({}));
  return Object.keys(outputs).length === 0;
}

async function ask(check: Check, facts: Facts): Promise<Said | undefined> {
  const { target } = facts;
  try {
    return await check.look(facts);
  } catch (error) {
    const known = translate(error, target);
    const message = known instanceof Error ? known.message : String(known);
    if (isDenied(error)) {
      const [, action] = /to perform: (\S+)/.exec(message) ?? [];
      const fix = 'orders iam observe';
      return { state: 'warning', message: `${action ?? 'a request'} is not allowed`, fix };
    }
    const [hint] = known instanceof UserError ? known.hints : [];
    const fix =
      isTransient(error) && !target.deploysItself ? 'look at the network connection' : hint;
    return { state: 'error', message, ...(fix ? { fix } : {}) };
  }
}
