import { isDenied } from '../../aws/errors.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { listExecutions } from '../lookup/executions.ts';
import { accountLimits, executionQuota, executionReads } from '../requests/rate-limiter.ts';

/** How much of a limit is used. The limits are the defaults that Lambda documents: an account may have higher ones. */
export interface QuotaUse {
  readonly quota: 'running-executions' | 'starts-a-second' | 'reads-a-second';
  /** `account`: limits everyone in the account; what is counted is this stack's share of it, or this program's. */
  readonly by: 'stack' | 'program';
  readonly used: number;
  /** Whether there are more, which were not counted. */
  readonly atLeast?: boolean;
  readonly limit: number;
}

/** Running durable executions of an account in a Region (Lambda quotas). */
const runningLimit = (region: string) => (largest.has(region) ? 10_000_000 : 5_000_000);
const largest: ReadonlySet<string> = new Set(['eu-west-1', 'us-east-1', 'us-west-2']);
const page = 1000;
/** So many are counted, with twenty requests. */
const mostRunning = 20 * page;

/** What this stack and this program use of what an account has of Lambda. */
export async function readQuotas(
  target: Target,
  outputs: StackOutputs,
  busiestSecond: number,
): Promise<QuotaUse[]> {
  const running = await countRunning(target, outputs);
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
      used: executionReads.perSecond(),
      limit: executionQuota,
    },
  ];
}

/** `undefined` where executions may not be listed. */
async function countRunning(target: Target, outputs: StackOutputs): Promise<QuotaUse | undefined> {
  let used = 0;
  let atLeast = false;
  try {
    for await (const _ of listExecutions(target, outputs, { status: 'RUNNING' })) {
      used += 1;
      atLeast = used === mostRunning;
      if (atLeast) break;
    }
  } catch (error) {
    if (isDenied(error)) return undefined;
    throw error;
  }
  const counted = { used, ...(atLeast ? { atLeast } : {}) };
  const limit = runningLimit(target.environment.region);
  return { quota: 'running-executions', by: 'stack', ...counted, limit };
}
