/** Replays recent orders, and the orders that would resume on the new code, before a deployment. */
import { withStack } from '../../deploy/ensure.ts';
import type { Stack } from '../../environment/stack.ts';
import type { Target } from '../../environment/target.ts';
import { isOnLatest, listOpenOnLatest, selectExecutions } from '../../replay/select-executions.ts';
import { summarize } from '../../replay/summary.ts';
import type { Replayed } from '../../replay/workers.ts';
import { UserError } from '../../user-error.ts';
import { parseTime } from '../terminal/format-time.ts';
import type { Ui } from '../terminal/terminal.ts';
import { planSources } from './plan-replay.ts';
import { formatSummary } from './replay-text.ts';
import { describeResumption } from './resumption-text.ts';
import { replayExitCode, runPlan } from './run-replay.ts';

interface GateOptions {
  /** Period of the orders to replay: a time or a duration, such as `1d`. */
  readonly since: string;
  /** Continues even if the code differs from an order. */
  readonly accepts: boolean;
  readonly ui: Ui;
}

interface ReplayFlags {
  readonly replay?: string | undefined;
  readonly 'no-replay': boolean;
  readonly 'accept-divergence': boolean;
  readonly plan: boolean;
  readonly attach: boolean;
  readonly template?: string | undefined;
}

/**
 * Returns the period of the orders that a deployment replays first: of the flag, otherwise of the environment; undefined for none. The
 * setting of the environment applies to deployments of the project's own template. Throws a UserError for --accept-divergence without a
 * replay and for a period that is no time (exit 2).
 */
export function findReplayPeriod(
  { environment }: Pick<Target, 'environment'>,
  flags: ReplayFlags,
): string | undefined {
  if (flags.replay !== undefined) {
    parseTime(flags.replay);
    return flags.replay;
  }
  const isOther = flags['no-replay'] || flags.attach || flags.template !== undefined;
  const since = isOther ? undefined : environment.replay;
  if (since === undefined && flags['accept-divergence']) {
    throw new UserError('--accept-divergence needs a replay.', {
      hint: [
        'orders deploy --replay 1d --accept-divergence',
        `orders env set ${environment.name} --replay 1d`,
      ],
    });
  }
  return flags.plan ? undefined : since;
}

/** Runs `checkRecordedOrders` with the target's stack. A stack that does not exist yet has no orders, and passes. */
export async function replayBeforeDeploy(target: Target, options: GateOptions): Promise<void> {
  const print = (text: string) => void process.stderr.write(text);
  try {
    // A stack that is deployed on demand would run the new code before its check.
    await withStack({ ...target, autoDeploys: false }, print, (stack) =>
      checkRecordedOrders(stack, options, print),
    );
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'NotDeployed') throw error;
    print('No stack yet: no order to replay.\n');
  }
}

/** Histories per second: most of the account's quota of 15. */
const readRate = 14;

/**
 * Replays the orders of a period, and all running orders on `$LATEST`, with the local build. Throws a UserError if the code differs from
 * one of them (exit 14), unless this is accepted. A period without orders passes.
 */
async function checkRecordedOrders(
  stack: Stack,
  { since, accepts, ui }: GateOptions,
  print: (text: string) => void,
): Promise<void> {
  const recent = await selectExecutions(stack, {
    startedAfter: Date.parse(parseTime(since)),
    running: false,
    failed: false,
    seed: 1,
  });
  const arns = [...new Set([...recent, ...(await listOpenOnLatest(stack))])];
  if (arns.length === 0) return print(`No order since ${since} to replay.\n`);
  const sources = arns.map((arn) => ({ arn }));
  const plan = await planSources(stack, sources, { readRate });
  const replays = await runPlan(plan, { ui });
  const resuming = replays.filter(isResuming);
  print(formatSummary(summarize(replays)));
  print(describeResumption(resuming));
  if (replayExitCode(replays) !== 14 || accepts) return;
  throw new UserError('The local build differs from recorded orders; nothing was changed.', {
    hint: [
      `orders replay --since ${since}`,
      resuming.length > 0
        ? 'running orders on $LATEST would resume on the new code, others finish on their version'
        : 'running orders finish on their version; new orders would run the new code',
      'orders deploy --accept-divergence',
    ],
    exit: 14,
    code: 'Divergence',
  });
}

/** Returns whether an execution has not ended and runs on `$LATEST`. */
function isResuming({ execution: { arn = '', status } }: Replayed): boolean {
  return isOnLatest(arn) && status === 'RUNNING';
}
