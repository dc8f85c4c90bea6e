/** When an execution was paused, derived from its history. */
import { executionEnd, type HistoryEvent } from './history-event.ts';

export interface Pause {
  /** RFC 3339 UTC. */
  readonly from: string;
  /** When the execution was resumed or ended; absent while it is paused. */
  readonly to?: string;
  readonly reason?: string;
}

/** Returns the pauses of an execution, oldest first. */
export function findPauses(events: readonly HistoryEvent[]): Pause[] {
  const pauses: Pause[] = [];
  for (const event of events) {
    const { type, at, reason } = event;
    const last = pauses.at(-1);
    const isPaused = last !== undefined && last.to === undefined;
    if (type === 'ExecutionPaused' && !isPaused) {
      pauses.push({ from: at, ...(reason ? { reason } : {}) });
    } else if (isPaused && (type === 'ExecutionResumed' || executionEnd(event))) {
      pauses[pauses.length - 1] = { ...last, to: at };
    }
  }
  return pauses;
}

/** Returns how long the execution was paused between two times (all epoch ms). */
export function pausedMsBetween(
  pauses: readonly Pause[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): number {
  return pauses.reduce((sum, { from, to }) => {
    const start = Math.max(fromMs, Date.parse(from));
    const end = Math.min(toMs, to === undefined ? toMs : Date.parse(to));
    return sum + Math.max(0, end - start);
  }, 0);
}
