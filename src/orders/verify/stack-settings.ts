import { describeStack } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';

/** What of a stack decides what can be judged of its orders. */
export interface Frame {
  /** Epoch ms; no order is older. */
  readonly createdAt: number;
  /** Whether payments are kept in the stack's table: those of a provider outside are not. */
  readonly keepsPayments: boolean;
  /** Epoch ms: Lambda still keeps the executions of orders created since then. */
  readonly keptSince: number;
}

const dayMs = 86_400_000;
/** Clocks differ, and an execution begins before its order is created: so much of the time is relied on. */
const sureShare = 0.9;

export async function readFrame(target: Target): Promise<Frame> {
  const stack = await describeStack(target);
  const parameters = new Map(
    stack?.Parameters?.map(({ ParameterKey = '', ParameterValue = '' }) => [
      ParameterKey,
      ParameterValue,
    ]),
  );
  const days = Number(parameters.get('ExecutionRetentionDays') ?? 1);
  return {
    createdAt: stack?.CreationTime?.getTime() ?? 0,
    keepsPayments: (parameters.get('PaymentProvider') ?? 'simulated') === 'simulated',
    keptSince: Date.now() - ((days * dayMs) / target.timeScale) * sureShare,
  };
}
