/** Replays recent orders before a deployment. */
import { outputs as names } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import { requireOutput } from '../../environment/stack-outputs.ts';
import { summarize } from '../../replay/summary.ts';
import { UserError } from '../../user-error.ts';
import { parseTime } from '../terminal/format-time.ts';
import { formatSummary } from './replay-text.ts';
import { planFromStack, replayExitCode, runPlan } from './run-replay.ts';

interface GateOptions {
  /** Period of the orders to replay: a time or a duration, such as `1d`. */
  readonly since: string;
  /** Continues even if the code differs from an order. */
  readonly accepts: boolean;
  /** Prints the summary. */
  readonly print: (text: string) => void;
}

/** Histories per second: most of the account's quota of 15. */
const readRate = 14;

/**
 * Replays the orders of a period with the local build. Throws a UserError if the code differs from one of them (exit 14), unless this is
 * accepted. A period without orders passes.
 */
export async function checkRecordedOrders(
  stack: Stack,
  { since, accepts, print }: GateOptions,
): Promise<void> {
  const functionName = requireOutput(stack, names.workflowFunctionArn);
  const selection = {
    references: [],
    startedAfter: Date.parse(parseTime(since)),
    running: false,
    failed: false,
    seed: 1,
    functionName,
    readRate,
  };
  const plan = await planFromStack(stack, selection).catch(passWithoutOrders);
  if (!plan) return print(`No order since ${since} to replay.\n`);
  const replays = await runPlan(plan, { onReplayed: () => undefined });
  print(formatSummary(summarize(replays)));
  if (replayExitCode(replays) === 0 || accepts) return;
  throw new UserError('The local build differs from recorded orders; nothing was changed.', {
    hint: [
      `orders replay --since ${since}`,
      'running orders finish on their version; new orders would run the new code',
      'orders deploy --accept-divergence',
    ],
    exit: 14,
    code: 'Divergence',
  });
}

function passWithoutOrders(error: unknown): undefined {
  if (error instanceof UserError && error.code === 'NotFound') return undefined;
  throw error;
}
