import { isDenied } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import { listExecutions, listPausedExecutions } from '../lookup/executions.ts';
import { accountLimits, executionQuota, executionReadLimiter } from '../requests/rate-limiter.ts';

/** Use of one quota. The limits are Lambda's documented defaults; an account may have higher ones. */
export interface QuotaUse {
  readonly quota: 'running-executions' | 'starts-a-second' | 'reads-a-second';
  /** Counted user: this stack or this program. The limit applies to the whole account. */
  readonly by: 'stack' | 'program';
  readonly used: number;
  /** Whether counting stopped at `used`. */
  readonly atLeast?: boolean;
  readonly limit: number;
}

/** Returns the maximum number of running durable executions per account and Region (Lambda quotas). */
const maxRunningExecutions = (region: string) =>
  largestRegions.has(region) ? 10_000_000 : 5_000_000;
const largestRegions: ReadonlySet<string> = new Set(['eu-west-1', 'us-east-1', 'us-west-2']);
const pageSize = 1000;
/** Counting stops here, after twenty requests. */
const maxCounted = 20 * pageSize;

/** Returns how much of the account's Lambda quotas this stack and this program use. */
export async function readQuotas(stack: Stack, busiestSecond: number): Promise<QuotaUse[]> {
  const running = await countRunning(stack);
  return [
    ...(running === undefined ? [] : [running]),
    {
      quota: 'starts-a-second',
      by: 'stack',
      used: busiestSecond,
      limit: accountLimits.startsPerSecond,
    },
    {
      quota: 'reads-a-second',
      by: 'program',
      used: executionReadLimiter.recentRate(),
      limit: executionQuota,
    },
  ];
}

/** Returns the ids of the orders that are pausing or paused; undefined if listing executions is denied. */
export async function listPausedOrders(stack: Stack): Promise<ReadonlySet<string> | undefined> {
  const ids = new Set<string>();
  try {
    for await (const { orderId } of listPausedExecutions(stack, {})) ids.add(orderId);
    return ids;
  } catch (error) {
    if (isDenied(error)) return undefined;
    throw error;
  }
}

/** Counts running executions. AWS does not document whether paused ones count, too. Returns undefined if listing executions is denied. */
async function countRunning(stack: Stack): Promise<QuotaUse | undefined> {
  let used = 0;
  let atLeast = false;
  try {
    for await (const _ of listExecutions(stack, { status: 'RUNNING' })) {
      used += 1;
      atLeast = used === maxCounted;
      if (atLeast) break;
    }
  } catch (error) {
    if (isDenied(error)) return undefined;
    throw error;
  }
  const count = { used, ...(atLeast ? { atLeast } : {}) };
  const limit = maxRunningExecutions(stack.target.environment.region);
  return { quota: 'running-executions', by: 'stack', ...count, limit };
}
