/** Opens the console on a stack. */
import type { Stack } from '../../environment/stack.ts';
import { DetailFeed } from '../../orders/console/detail-feed.ts';
import type { DetailPart } from '../../orders/console/order-detail.ts';
import { OrderFeed } from '../../orders/console/order-feed.ts';
import { trustedStream } from '../terminal/output-guard.ts';
import { actions } from './actions/index.ts';
import { showConsole } from './console.ts';
import { panes } from './panes/index.ts';
import { followHealth } from './stack-health.ts';

export interface OpenOptions {
  /** Orders created within this time are shown (ms). */
  readonly sinceMs: number;
  /** Command that submits an order, shown while there is none. */
  readonly submitCommand: string;
}

/** Interval between two reads at least (ms). Locally, other commands read more often. */
const minPollMs = 500;

/** Shows the console until the user leaves it, and sets the exit code if a signal ended it. */
export async function openConsole(
  stack: Stack,
  { sinceMs, submitCommand }: OpenOptions,
): Promise<void> {
  const { label, timeScale, environment, warnings } = stack.target;
  const pollMs = Math.max(stack.target.pollMs, minPollMs);
  const feed = new OrderFeed({ ...stack, target: { ...stack.target, pollMs } }, { sinceMs });
  const sources = {
    stack: () => feed.stack,
    snapshots: (signal: AbortSignal) => feed.snapshots(signal),
    refresh: () => feed.refresh(),
    openOrder: (orderId: string, parts: () => ReadonlySet<DetailPart>) => {
      const order = new DetailFeed(feed.stack, orderId, { parts });
      return {
        details: (signal: AbortSignal) => order.details(signal),
        refresh: () => order.refresh(),
      };
    },
    health: (signal: AbortSignal) => followHealth(() => feed.stack, signal),
  };
  const stream = trustedStream(process.stdout);
  const view = { label, timeScale, environment, stream, actions, panes, submitCommand };
  await showConsole(sources, { ...view, notes: warnings });
}
