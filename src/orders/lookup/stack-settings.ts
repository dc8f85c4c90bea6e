import { describeStack } from '../../environment/stack-outputs.ts';
import { findParameter } from '../../environment/stack-parameters.ts';
import type { Target } from '../../environment/target.ts';

/** Settings of a stack that decide what can be verified. */
export interface StackSettings {
  /** No order is older than this (epoch ms). */
  readonly createdAt: number;
  /** Whether payments are in the stack's table; an external provider keeps its own. */
  readonly keepsPayments: boolean;
  /** Lambda retains the executions of orders created after this time (epoch ms). */
  readonly retainedSince: number;
  /** Maximum number of shards of a product. 1 for a stack whose template does not know shards. */
  readonly maxShards: number;
}

const dayMs = 86_400_000;
/** The share of the retention period that is relied on: clocks differ, and an execution starts before its order's record exists. */
const retentionSafetyFactor = 0.9;

/** Reads the settings from the parameters of the stack. */
export async function readStackSettings(target: Target): Promise<StackSettings> {
  const stack = await describeStack(target);
  const parameter = (name: string) => findParameter(stack?.Parameters, name);
  const days = Number(parameter('ExecutionRetentionDays') ?? 1);
  const retentionMs = (days * dayMs) / target.timeScale;
  return {
    createdAt: stack?.CreationTime?.getTime() ?? 0,
    keepsPayments: (parameter('PaymentProvider') ?? 'simulated') === 'simulated',
    retainedSince: Date.now() - retentionMs * retentionSafetyFactor,
    maxShards: Number(parameter('StockShards') ?? 1),
  };
}
