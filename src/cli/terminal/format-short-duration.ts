import { formatDuration } from './format-time.ts';

/** Formats milliseconds with the precision of a step: `84ms`, `1.60s`, `5m 00s`. */
export function formatShortDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  return ms < 9_995 ? `${(ms / 1000).toFixed(2)}s` : formatDuration(ms);
}
