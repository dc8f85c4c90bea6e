import type { Standing } from './audit-status.ts';

/** Recovery lets an ended execution settle, and then takes back what was done with tries over minutes, ms. */
const recoveryMs = 660_000;
/** An execution's end is told to recovery so fast, ms; a runtime whose time passes faster takes at least the second. */
const tellingMs = 15_000;
const leastMs = 2000;

/** Whether recovery is, or may be about to be, at work on an order whose execution did not end by itself. Pure. */
export function isSettling(
  { execution, recorded }: Pick<Standing, 'execution' | 'recorded'>,
  { recovering, timeScale }: { readonly recovering: boolean; readonly timeScale: number },
  now = Date.now(),
): boolean {
  if (!execution || execution.status === 'SUCCEEDED' || execution.status === 'RUNNING')
    return false;
  const endedAt = recorded?.endedAt ? Date.parse(recorded.endedAt) : (execution.endedAt ?? now);
  // What recovery does takes its time, however fast its waits pass.
  const settledMs = Math.max(leastMs, tellingMs / timeScale) + (recovering ? recoveryMs : 0);
  return now - endedAt < settledMs;
}
