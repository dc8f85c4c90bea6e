/** Formats the outages of simulated providers. */
import type { Outage, OutageChange } from '../../orders/actions/outages.ts';
import { formatAge } from '../terminal/format-time.ts';

/** Returns a line for each outage: `payments for 5m`. */
export function formatOutages(outages: readonly Outage[], now: number): string {
  return outages
    .map(({ provider, since }) => `${provider} for ${formatAge(now - Date.parse(since))}\n`)
    .join('');
}

/** Returns what a command has changed: `The outage of payments has started.` */
export function formatOutageChange(
  { provider, result }: OutageChange,
  wanted: 'start' | 'stop',
): string {
  if (result !== 'unchanged') return `The outage of ${provider} has ${result}.\n`;
  return wanted === 'start'
    ? `There is already an outage of ${provider}.\n`
    : `There is no outage of ${provider}.\n`;
}
