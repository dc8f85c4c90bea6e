/** Formats the progress and the result of a canary. */
import type { CanaryEvent, CanaryVersionState } from '../../deploy/canary/bake.ts';
import { formatShare } from '../../deploy/canary/release.ts';
import type { CanaryOrder, CanaryResult } from '../../deploy/canary/run.ts';
import { isOpen } from '../../orders/lookup/execution-status.ts';
import { formatDuration } from '../terminal/format-time.ts';

/** Returns the counts of both versions in one line. */
export function formatCanaryProgress({ live, canary, elapsedMs, bakeMs }: CanaryEvent): string {
  const time = `${formatDuration(elapsedMs)} of ${formatDuration(bakeMs)}`;
  return `${time}  ${formatVersion('new', canary)}  ${formatVersion('live', live)}`;
}

function formatVersion(
  name: string,
  { version, succeeded, failed, running }: CanaryVersionState,
): string {
  return `${name} ${version}: ${succeeded} ok, ${failed} failed, ${running} running`;
}

/** Number of ids in a command; more are read from standard input. */
const maxListedIds = 10;

const byTexts = {
  orders: 'judged by its orders',
  'too-few': 'by the rule for too few orders',
  alarm: 'because of an alarm',
  person: 'decided by a person',
} as const;

/** Returns the decision in one line: `version 2 gets all new orders, judged by its orders`. */
export function formatDecision({ action, by, live, canary, weight }: CanaryResult): string {
  const texts = {
    shift: `version ${canary} gets all new orders`,
    rollback: `rolled back: version ${live} gets all new orders`,
    hold: `held: version ${canary} keeps ${formatShare(weight)} of new orders`,
  };
  return `${texts[action]}, ${byTexts[by]}`;
}

/** Returns the reasons and the orders of the new version, and the commands for orders that still run on a version that was not accepted. */
export function formatCanaryResult(result: CanaryResult): string {
  const { action, canary, reasons, orders } = result;
  const running = orders.filter(({ status }) => isOpen(status));
  const width = Math.max(0, ...orders.map(({ orderId }) => orderId.length));
  return [
    ...reasons.map((reason) => `  ${reason}\n`),
    `${orders.length} ${orders.length === 1 ? 'order' : 'orders'} ran on version ${canary}${orders.length > 0 ? ':' : '.'}\n`,
    ...orders.map(({ orderId, status }) => `  ${orderId.padEnd(width)}  ${status}\n`),
    ...(action === 'rollback' ? formatRunning(running, canary) : []),
  ].join('');
}

function formatRunning(running: readonly CanaryOrder[], version: string): string[] {
  if (running.length === 0) return [];
  const isMany = running.length > maxListedIds;
  const ids = isMany ? '-' : running.map(({ orderId }) => orderId).join(' ');
  return [
    `${running.length} still ${running.length === 1 ? 'runs' : 'run'} on version ${version}. Leave them as they are, or:\n`,
    `  orders pause ${ids}\n`,
    `  orders cancel ${ids}\n`,
    ...(isMany ? ['(- reads the ids above from standard input)\n'] : []),
  ];
}
