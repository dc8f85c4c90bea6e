import { type OrderStatus, stages, type WaitId } from '../../functions/contract/workflow.ts';
import type { WaitDurations } from '../../src/workflow/durations.ts';

export const waitStages = stages.filter((stage) => stage.kind === 'wait');

/** Returns the same duration for all waits of the workflow (ms). */
export const equalWaits = (ms: number) =>
  Object.fromEntries(waitStages.map(({ id }) => [id, ms])) as Record<WaitId, number>;

/** Returns the total of the waits (ms). With `until`, only waits before this status count. */
export function sumWaits(waits: WaitDurations, until?: OrderStatus): number {
  const end = stages.findIndex((stage) => 'status' in stage && stage.status === until);
  return (end < 0 ? stages : stages.slice(0, end)).reduce(
    (sum, stage) => sum + (stage.kind === 'wait' ? waits[stage.id] : 0),
    0,
  );
}
