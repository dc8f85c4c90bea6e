/** Follows orders to their ends by looking at their items, and at their executions where the items stand still. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isNotFound } from '../../aws/errors.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { Found } from '../lookup/find.ts';
import { Sight } from './connection-monitor.ts';
import { type EndEvent, type FollowEvent, isBad, isInner } from './events.ts';
import type { FollowManyOptions, Watching } from './watch-options.ts';
import { type Followed, followed } from './watched-orders.ts';

export interface FollowOptions extends Found, Watching {
  /** Whether the execution's history is read. */
  readonly history?: boolean;
}

const heartbeat = 60_000;

/** Yields what happens to an order until its end, or until `signal` says to stop looking. Always ends in `end`. */
export async function* followOrder(
  target: Target,
  outputs: StackOutputs,
  { orderId, executionArn, history = true, ...watching }: FollowOptions,
): AsyncGenerator<FollowEvent, EndEvent> {
  const found = { orderId, ...(executionArn === undefined ? {} : { executionArn }) };
  const focus = history ? () => orderId : undefined;
  const [end] = yield* followOrders(target, outputs, { ...watching, orders: [found], focus });
  if (end) return end;
  throw new Error('an order was followed and has no end');
}

/**
 * Yields what happens to orders until all have ended, or until `signal` says to stop looking. Each ends in `end`. One
 * poller reads the items of all in batches; a history is only read of the order in focus.
 */
export async function* followOrders(
  target: Target,
  outputs: StackOutputs,
  options: FollowManyOptions,
): AsyncGenerator<FollowEvent, readonly EndEvent[]> {
  const { signal, heartbeatMs = heartbeat } = options;
  const all = followed(target, outputs, options);
  const sight = new Sight(target, all.alone?.orderId);
  let quietSince = Date.now();
  while (!signal.aborted) {
    const told = await look(all, sight, signal);
    if (told.some((event) => !isInner(event))) quietSince = Date.now();
    yield* told;
    if (all.isOver || (options.failFast && all.ends.some(isBad))) break;
    if (Date.now() - quietSince >= heartbeatMs) {
      quietSince = Date.now();
      yield beat(all);
    }
    const pause = sight.nextLookMs(all.open.length);
    const woke = sight.pause(pause);
    await sleep(pause, undefined, { signal }).catch(() => {});
    const slept = signal.aborted ? undefined : woke();
    if (slept) yield slept;
  }
  for (const follower of all.open) {
    follower.end = follower.abandon(signal.reason);
    yield follower.end;
  }
  return all.ends;
}

/** Looks once at every order that is due. What was seen before something went wrong is told all the same. */
async function look(all: Followed, sight: Sight, signal: AbortSignal): Promise<FollowEvent[]> {
  const told: FollowEvent[] = [];
  try {
    await all.look(told);
    const back = sight.found(told);
    return back ? [back, ...told] : told;
  } catch (error) {
    if (signal.aborted) return told;
    // The stack was destroyed meanwhile.
    if (isNotFound(error) && sight.hasSeen) return [...told, ...all.lose()];
    const gap = sight.lost(error);
    return gap ? [...told, gap] : told;
  }
}

function beat({ alone, open }: Followed): FollowEvent {
  const ts = new Date().toISOString();
  if (!alone) return { type: 'heartbeat', ts, running: open.length };
  const { orderId, status, resumesAt } = alone;
  return { type: 'heartbeat', ts, orderId, status, ...(resumesAt ? { resumesAt } : {}) };
}
