import { findOpenCanary } from '../../deploy/canary/open-canary.ts';
import { formatShare } from '../../deploy/canary/release.ts';
import { type CanaryResult, runCanary } from '../../deploy/canary/run.ts';
import type { DeployResult } from '../../deploy/events.ts';
import type { Stack } from '../../environment/stack.ts';
import type { ExitCode } from '../../exit-codes.ts';
import { addEnvFlag } from '../command/hints.ts';
import { formatRecord } from '../command/json-output.ts';
import { mark, type Ui } from '../terminal/terminal.ts';
import { formatCanaryResult, formatDecision } from './canary-text.ts';
import { showStackOperation } from './stack-progress.ts';

const exitCodes = {
  shift: 0,
  rollback: 20,
  hold: 21,
} as const satisfies Record<CanaryResult['action'], ExitCode>;

/** The last record of a canary's JSON stream. */
export interface CanaryEndRecord {
  readonly type: 'end';
  readonly ts: string;
  readonly exitCode: ExitCode;
  readonly deployment: DeployResult;
  readonly canary: CanaryResult;
}

export interface JudgeOptions {
  readonly ui: Ui;
  readonly json: boolean;
  readonly timeout: number | undefined;
  /** Asks for the confirmation that a change of the environment needs; throws if it is missing. */
  readonly confirm?: () => Promise<void>;
}

/** Prints a record of a JSON stream. */
export function printRecord(record: object): void {
  process.stdout.write(formatRecord(record));
}

/**
 * Watches the stack's open canary until it is decided, and prints the result. Returns false if there is none. Sets the exit code: 20
 * if it was rolled back, 21 if it is held.
 */
export async function judgeCanary(
  stack: Stack,
  deployment: DeployResult,
  { ui, json, timeout, confirm }: JudgeOptions,
): Promise<boolean> {
  const open = await findOpenCanary(stack);
  if (!open) return false;
  await confirm?.();
  const share = `${formatShare(open.canary.weight)} of new orders run version ${open.canary.version}`;
  if (ui !== 'quiet') process.stderr.write(`${share}, the others version ${open.live}\n`);
  const result = await showStackOperation(runCanary(stack, open), {
    ui,
    timeoutMs: timeout,
    again: `${addEnvFlag(stack.target, 'orders deploy --attach')}; to end it: ${addEnvFlag(stack.target, 'orders versions rollback')}`,
    continues: `the canary stays open: ${share}`,
    done: formatDecision,
    ...(json ? { onEvent: printRecord } : {}),
  });
  if (!result) return true;
  const exitCode = exitCodes[result.action];
  if (exitCode !== 0) process.exitCode = exitCode;
  if (json) {
    const ts = new Date().toISOString();
    const record: CanaryEndRecord = { type: 'end', ts, exitCode, deployment, canary: result };
    printRecord(record);
    return true;
  }
  const sign = mark(exitCode === 0 ? 'done' : 'failed', process.stdout);
  process.stdout.write(`${sign} ${formatDecision(result)}\n${formatCanaryResult(result)}`);
  return true;
}
