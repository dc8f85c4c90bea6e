import type { Standing } from './standing.ts';

/** Recovery lets an ended execution settle, and then takes back what was done with tries over minutes, ms. */
const recoveryMs = 660_000;
/** An execution's end is told to recovery so fast, ms. */
const tellingMs = 15_000;
const leastMs = 1000;

/** Whether recovery is, or may be about to be, at work on an order whose execution did not end by itself. Pure. */
export function isSettling(
  { execution, recorded }: Pick<Standing, 'execution' | 'recorded'>,
  { recovering, timeScale }: { readonly recovering: boolean; readonly timeScale: number },
  now = Date.now(),
): boolean {
  if (!execution || execution.status === 'SUCCEEDED' || execution.status === 'RUNNING')
    return false;
  const endedAt = recorded?.endedAt ? Date.parse(recorded.endedAt) : (execution.endedAt ?? now);
  const settledMs = (tellingMs + (recovering ? recoveryMs : 0)) / timeScale;
  return now - endedAt < Math.max(leastMs, settledMs);
}
