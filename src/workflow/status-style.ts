export type StatusStyle = 'green' | 'red' | 'yellow' | 'cyan' | 'dim';

/**
 * Returns the color of a status of an order or of an execution: failed red, undone or waiting for a person yellow, completed green, any
 * other wait dim, running cyan. The status itself is always shown next to it.
 */
export function statusStyle(shownStatus: string): StatusStyle {
  if (shownStatus === 'completed') return 'green';
  if (shownStatus === 'failed' || shownStatus === 'timed-out') return 'red';
  if (['cancelled', 'stopped', 'awaiting-review'].includes(shownStatus)) return 'yellow';
  return shownStatus.startsWith('awaiting-') ? 'dim' : 'cyan';
}
