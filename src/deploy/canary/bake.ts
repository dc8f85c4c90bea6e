/** Watches the orders of both versions until there is a decision. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import type { ListedExecution } from '../../orders/lookup/executions.ts';
import { readLiveAlias } from '../live-alias.ts';
import { findInAlarm, readAlarmStates } from './alarms.ts';
import {
  decide,
  earlyLevel,
  findFailures,
  type Group,
  type GroupDetails,
  type Groups,
  type Verdict,
} from './judge.ts';
import { countOutcomes, listCanaryExecutions, readDetails } from './observe.ts';
import { findDecision, type OpenCanary, readStart, readTerms } from './open-canary.ts';
import type { CanaryTerms } from './terms.ts';

/** Number of looks at the orders within the bake time. */
const looksPerBake = 20;
/** Bounds of the time between two comparisons (ms). */
const minLookMs = 200;
const maxLookMs = 60_000;

/** Progress of a canary. */
export interface CanaryEvent {
  readonly type: 'canary';
  readonly ts: string;
  readonly live: CanaryVersionState;
  readonly canary: CanaryVersionState;
  /** Time since the start and until the decision (ms); virtual time on the local runtime. */
  readonly elapsedMs: number;
  readonly bakeMs: number;
}

export interface CanaryVersionState extends Group {
  readonly version: string;
}

/** The decision about the new version. With `hold`, the canary stays open. */
export interface CanaryDecision {
  readonly action: 'shift' | 'rollback' | 'hold';
  /** Who decided: the orders, the rule for too few orders, an alarm, or a person. */
  readonly by: 'orders' | 'too-few' | 'alarm' | 'person';
  readonly reasons: readonly string[];
  /** The version of all new orders; absent with `hold`. */
  readonly version?: string;
}

/** Yields progress until the canary is decided. Only reads: the caller carries the decision out. */
export async function* bakeCanary(
  stack: Stack,
  open: OpenCanary,
): AsyncGenerator<CanaryEvent, CanaryDecision> {
  const { timeScale } = stack.target;
  const terms = readTerms(open);
  const { bakeMs, limitMs } = terms;
  const since = await readStart(stack);
  const lookMs = Math.min(Math.max(bakeMs / looksPerBake / timeScale, minLookMs), maxLookMs);
  let dueMs = Math.min(bakeMs, limitMs);
  for (; ; await sleep(lookMs)) {
    const elapsedMs = Math.round((Date.now() - since) * timeScale);
    const look = await lookAt(stack, open, { since, terms });
    if (!look) continue;
    if ('decision' in look) return look.decision;
    yield toEvent(open, look.groups, { elapsedMs, bakeMs: dueMs });
    if (elapsedMs < dueMs) continue;
    const details = await readGroups(stack, look.executions);
    if (!details) continue;
    const verdict = decide(look.groups, details, terms);
    if (verdict.verdict !== 'undecided' || elapsedMs >= limitMs) {
      return conclude(open, verdict, terms);
    }
    dueMs = Math.min((Math.floor(elapsedMs / bakeMs) + 1) * bakeMs, limitMs);
  }
}

interface Look {
  readonly executions: Groups<ListedExecution[]>;
  readonly groups: Groups<Group>;
}

/** Reads the alias, the alarms and the executions. Returns an early decision if they call for one; undefined if AWS does not respond. */
async function lookAt(
  stack: Stack,
  open: OpenCanary,
  { since, terms }: { readonly since: number; readonly terms: CanaryTerms },
): Promise<Look | { readonly decision: CanaryDecision } | undefined> {
  try {
    const decided = findDecision(await readLiveAlias(stack.target, open.functionName));
    if (decided !== undefined) return { decision: personDecision(open, decided) };
    const inAlarm =
      terms.alarms.length > 0 ? findInAlarm(await readAlarmStates(stack.target, terms.alarms)) : [];
    if (inAlarm.length > 0) {
      return { decision: rollBack(open, 'alarm', [`in alarm: ${inAlarm.join(', ')}`]) };
    }
    const executions = await listCanaryExecutions(stack, open, since);
    const { live, canary } = executions;
    const groups = { live: countOutcomes(live), canary: countOutcomes(canary) };
    const failures = findFailures(groups, earlyLevel);
    if (failures !== undefined) return { decision: rollBack(open, 'orders', [failures]) };
    return { executions, groups };
  } catch (error) {
    if (isTransient(error)) return undefined;
    throw error;
  }
}

/** Reads the items of the orders; undefined if AWS does not respond. */
async function readGroups(
  stack: Stack,
  { live, canary }: Groups<ListedExecution[]>,
): Promise<Groups<GroupDetails> | undefined> {
  try {
    return { live: await readDetails(stack, live), canary: await readDetails(stack, canary) };
  } catch (error) {
    if (isTransient(error)) return undefined;
    throw error;
  }
}

/** Returns the decision that someone else made: the alias has one version. */
export function personDecision(open: OpenCanary, version: string): CanaryDecision {
  const action = version === open.canary.version ? 'shift' : 'rollback';
  return { action, by: 'person', version, reasons: [`the alias was moved to version ${version}`] };
}

function rollBack(
  { live }: OpenCanary,
  by: CanaryDecision['by'],
  reasons: readonly string[],
): CanaryDecision {
  return { action: 'rollback', by, reasons, version: live };
}

function conclude(
  open: OpenCanary,
  { verdict, reasons }: Verdict,
  { onTooFew }: CanaryTerms,
): CanaryDecision {
  if (verdict === 'worse') return rollBack(open, 'orders', reasons);
  if (verdict === 'better-or-equal') {
    return { action: 'shift', by: 'orders', reasons, version: open.canary.version };
  }
  if (onTooFew === 'rollback') return rollBack(open, 'too-few', reasons);
  if (onTooFew === 'hold') return { action: 'hold', by: 'too-few', reasons };
  return { action: 'shift', by: 'too-few', reasons, version: open.canary.version };
}

function toEvent(
  { live, canary }: OpenCanary,
  groups: Groups<Group>,
  times: Pick<CanaryEvent, 'elapsedMs' | 'bakeMs'>,
): CanaryEvent {
  return {
    type: 'canary',
    ts: new Date().toISOString(),
    live: { version: live, ...groups.live },
    canary: { version: canary.version, ...groups.canary },
    ...times,
  };
}
