import { isTerminalExecution } from '../lookup/execution-status.ts';
import type { OrderAndExecution } from './audit-status.ts';

/** Longest duration of a recovery: its delay, then undo steps that are retried for minutes (ms). */
const maxRecoveryMs = 660_000;
/** The event about the end of an execution reaches the recovery within this virtual time (ms). */
const eventDelayMs = 15_000;
/** Minimum wall time for that event, even at a high time scale (ms). */
const minEventDelayMs = 2000;

/** Whether a recovery is running, or about to start, for an order whose execution ended abnormally. Pure. */
export function isRecoveryPending(
  { execution, recorded }: Pick<OrderAndExecution, 'execution' | 'recorded'>,
  { recovering, timeScale }: { readonly recovering: boolean; readonly timeScale: number },
  now = Date.now(),
): boolean {
  const hasEndedAbnormally =
    execution && execution.status !== 'SUCCEEDED' && isTerminalExecution(execution.status);
  if (!hasEndedAbnormally) return false;
  const endedAt = recorded?.endedAt ? Date.parse(recorded.endedAt) : (execution.endedAt ?? now);
  // The duration of a recovery is not scaled: only its waits pass faster.
  const pendingMs =
    Math.max(minEventDelayMs, eventDelayMs / timeScale) + (recovering ? maxRecoveryMs : 0);
  return now - endedAt < pendingMs;
}
