import { formatDuration } from './format-time.ts';

interface ProviderWait {
  readonly provider: string;
  /** Number of the next attempt. */
  readonly attempt: number;
  /** RFC 3339. */
  readonly nextAt: string;
}

/** Returns the wait of an order for a provider as text: `waiting for payments, attempt 7, next in 3m 05s`. */
export function formatProviderWait(
  { provider, attempt, nextAt }: ProviderWait,
  now: number,
): string {
  return `waiting for ${provider}, attempt ${attempt}, next ${formatTimeLeft(nextAt, now)}`;
}

/** Returns the wait of an order for a provider as a text for tables: `payments ×7 in 3m 05s`. */
export const formatShortProviderWait = (
  { provider, attempt, nextAt }: ProviderWait,
  now: number,
): string => `${provider} ×${attempt} ${formatTimeLeft(nextAt, now)}`;

/** In whole seconds, because views are redrawn once per second. */
function formatTimeLeft(at: string, now: number): string {
  const seconds = Math.ceil((Date.parse(at) - now) / 1000);
  if (seconds <= 0) return 'now';
  return `in ${seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000)}`;
}
