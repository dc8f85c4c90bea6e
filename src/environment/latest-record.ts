/** Record times that are in the future, because this machine's clock was set back. */
import type { Target } from './target.ts';

/** Allowed difference between the clocks of this machine and of AWS, which rejects requests with a larger one (ms). */
export const maxClockSkewMs = 300_000;

type SetBackTarget = Pick<Target, 'latestRecordAt'>;

/**
 * Returns a time that no record of the target exceeds (epoch ms): a moment from now, or later if the clock of the machine was set back
 * since the records were written.
 */
export function latestRecordTime(target: SetBackTarget, now = Date.now()): number {
  return Math.max(now, target.latestRecordAt ?? 0) + maxClockSkewMs;
}

/** Returns by how much the clock is behind the latest record (ms); 0 if it was not set back or has caught up. */
function clockSetBackMs({ latestRecordAt = 0 }: SetBackTarget, now = Date.now()): number {
  return Math.max(0, latestRecordAt - now);
}

/** Command that corrects the clock of the machine. */
export const setClockHint = 'timedatectl set-ntp true';

/** Returns what a clock that was set back means: `this machine's clock was set back by 2 h: …`. Undefined if it was not. */
export function describeSetBack(target: SetBackTarget, now = Date.now()): string | undefined {
  const ms = clockSetBackMs(target, now);
  if (ms === 0) return undefined;
  const latest = new Date(target.latestRecordAt ?? 0).toISOString();
  return `this machine's clock was set back by ${formatHours(ms)}: orders are dated up to ${latest}`;
}

function formatHours(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
