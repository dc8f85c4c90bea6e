/** Follows one order to its end by looking at its item, and at its execution when the item stands still. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { isEnd, type ShownStatus } from '../../functions/contract/workflow.ts';
import { isTransient } from '../target/aws-errors.ts';
import type { Target } from '../target/resolve.ts';
import type { StackOutputs } from '../target/stack.ts';
import { type EndEvent, type Ending, exitOf, type FollowEvent } from './events.ts';
import type { Found } from './find.ts';
import { type Execution, findExecution, readExecution, readOrder } from './get.ts';

export interface FollowOptions extends Found {
  /** Aborting stops looking; the reason `TimeoutError` is told from a person's detaching. */
  readonly signal: AbortSignal;
  /** How long nothing may be said, ms. */
  readonly heartbeatMs?: number;
}

interface Source {
  readonly order: () => Promise<OrderRecord | undefined>;
  readonly execution: (arn: string | undefined) => Promise<Execution | undefined>;
}

/** An execution's end reaches the item a moment before or after; how many looks to give it. */
const graceLooks = 3;
/** The execution is asked for once in so many looks at an item that stands still. */
const looksPerExecution = 8;
const longestBackoff = 15_000;

/** Yields what happens to an order until its end, or until `signal` says to stop looking. Always ends in `end`. */
export async function* followOrder(
  target: Target,
  outputs: StackOutputs,
  options: FollowOptions,
): AsyncGenerator<FollowEvent, EndEvent> {
  const follower = new Follower(options);
  const source: Source = {
    order: () => readOrder(target, outputs, options.orderId),
    execution: async (known) => {
      const arn = known ?? (await findExecution(target, outputs, options.orderId));
      return arn ? readExecution(target, arn) : undefined;
    },
  };
  let failures = 0;
  while (!options.signal.aborted) {
    try {
      yield* follower.look(source);
      failures = 0;
      if (follower.end) break;
    } catch (error) {
      if (!isTransient(error)) throw error;
      failures += 1;
      if (failures === 1) yield follower.gap(error);
    }
    yield* follower.heartbeat();
    const backoff = Math.min(target.pollMs * 2 ** failures, longestBackoff);
    await sleep(backoff, undefined, { signal: options.signal }).catch(() => {});
  }
  const end = follower.end ?? follower.abandon(options.signal);
  yield end;
  return end;
}

/** What is known of the order, and what was already told. */
class Follower {
  end: EndEvent | undefined;
  readonly #options: FollowOptions;
  readonly #since = Date.now();
  #order: OrderRecord | undefined;
  #status: ShownStatus = 'received';
  #told = 0;
  #still = 0;
  #closedLooks = 0;
  #lastTold = Date.now();

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  async *look(source: Source): AsyncGenerator<FollowEvent> {
    const order = await source.order();
    const moved = order !== undefined && order.updatedAt !== this.#order?.updatedAt;
    this.#still = moved ? 0 : this.#still + 1;
    if (moved) {
      this.#order = order;
      yield* this.#transitions(order);
      yield { type: 'snapshot', orderId: order.orderId, order };
      if (isEnd(order.status)) this.end = this.#ended(order.status);
      return;
    }
    if (this.#still % looksPerExecution !== 0 && this.#closedLooks === 0) return;
    const execution = await source.execution(order?.executionArn ?? this.#options.executionArn);
    if (!execution || execution.status === 'RUNNING') return;
    this.#closedLooks += 1;
    if (this.#closedLooks > graceLooks) this.end = this.#closed(execution);
  }

  *#transitions(order: OrderRecord): Generator<FollowEvent> {
    for (const { status, at } of order.transitions.slice(this.#told)) {
      this.#told += 1;
      const from = this.#status;
      this.#status = status;
      this.#lastTold = Date.now();
      const elapsedMs = Date.parse(at) - Date.parse(order.createdAt);
      const { orderId } = order;
      yield { type: 'status', ts: at, orderId, from, to: status, seq: this.#told, elapsedMs };
    }
  }

  *heartbeat(): Generator<FollowEvent> {
    const { heartbeatMs = 60_000, orderId } = this.#options;
    if (Date.now() - this.#lastTold < heartbeatMs) return;
    this.#lastTold = Date.now();
    yield { type: 'heartbeat', ts: now(), orderId, status: this.#status };
  }

  gap(error: unknown): FollowEvent {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    return { type: 'gap', ts: now(), orderId: this.#options.orderId, reason };
  }

  abandon(signal: AbortSignal): EndEvent {
    const reason: unknown = signal.reason;
    const late = reason instanceof Error && reason.name === 'TimeoutError';
    return this.#ended(late ? 'timeout' : 'detached');
  }

  #closed({ status, error }: Execution): EndEvent {
    const endings: Record<Execution['status'], Ending> = {
      RUNNING: 'failed',
      SUCCEEDED: 'failed',
      FAILED: 'failed',
      TIMED_OUT: 'timed-out',
      STOPPED: 'stopped',
    };
    const why = error ?? `the execution is ${status} and the order never reached an end`;
    return { ...this.#ended(endings[status]), error: why };
  }

  #ended(ending: Ending): EndEvent {
    const order = this.#order;
    const last = order?.transitions.at(-1)?.at;
    const settled = order && isEnd(order.status) && last;
    const elapsedMs = settled
      ? Date.parse(last) - Date.parse(order.createdAt)
      : Date.now() - (order ? Date.parse(order.createdAt) : this.#since);
    return {
      type: 'end',
      ts: now(),
      orderId: this.#options.orderId,
      status: this.#status,
      ending,
      exitCode: exitOf(ending),
      elapsedMs,
      ...(order?.failure ? { failure: order.failure } : {}),
      ...(order?.warnings?.length ? { warnings: order.warnings } : {}),
    };
  }
}

const now = () => new Date().toISOString();
