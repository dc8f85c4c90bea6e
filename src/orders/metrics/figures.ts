/** Figures about the orders of a time window. They depend on the arguments only. */
import { setImmediate } from 'node:timers/promises';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isTerminal, type StageId } from '../../../functions/contract/workflow.ts';
import { countBy } from '../../workflow/count-by.ts';
import {
  measureStages,
  type StageDurations,
  type TimedStage,
  timedStages,
  type WaitDurations,
} from '../../workflow/durations.ts';
import {
  findPendingAttempt,
  type ProviderBacklog,
  summarizeBacklogs,
} from '../../workflow/provider-waits.ts';
import { type Statistics, summarize } from '../../workflow/statistics.ts';
import type { ListedOrder } from '../tables/listing-table.ts';

/** An order from the listing index, with fields of its item if that may be read. */
export type CountedOrder = Pick<ListedOrder, 'orderId' | 'status' | 'createdAt' | 'updatedAt'> &
  Partial<Pick<OrderRecord, 'transitions' | 'failure' | 'waitingFor' | 'waitingSince'>>;

export interface OrderCounts {
  readonly started: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Running orders, except those in review. */
  readonly running: number;
  readonly inReview: number;
  /** Running orders whose execution is paused; absent without permission to list executions. */
  readonly paused?: number;
}

export interface OrderFigures {
  readonly orders: OrderCounts;
  /** The orders that wait for providers, by provider; they are also counted as running. */
  readonly waiting: readonly ProviderBacklog[];
  /** Shares of the orders that have ended (0 to 1); absent if none has. */
  readonly rates?: {
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
  };
  /** Durations of the completed orders (ms). */
  readonly times: {
    readonly endToEnd?: Statistics;
    /** End-to-end time minus waits and reviews. */
    readonly active?: Statistics;
  };
  /** Durations in workflow order (ms), only of stages that an order has completed. */
  readonly stages: readonly (Statistics & { readonly stage: TimedStage })[];
  /** The most frequent failure first. */
  readonly failures: readonly {
    readonly code: string;
    readonly stage: StageId;
    readonly orders: number;
  }[];
  /** Maximum number of orders created within one second of the clock. */
  readonly busiestSecond: number;
}

/** Maximum number of orders that are measured without a pause for other work. */
const maxUninterrupted = 500;

type MeasuredOrder = StageDurations & Pick<CountedOrder, 'status'>;

/**
 * Computes figures from the orders. Without their items, only counts, rates and the busiest second are available. Pauses for other
 * work: for thousands of orders, it takes longer than a key may wait.
 */
export async function computeFigures(
  orders: readonly CountedOrder[],
  waits: WaitDurations,
): Promise<OrderFigures> {
  const counts = countByState(orders);
  const ended = counts.completed + counts.failed + counts.cancelled;
  const measured = await measureOrders(orders, waits);
  const completed = measured.filter(({ status }) => status === 'completed');
  const endToEnd = summarize(completed.map(({ totalMs }) => totalMs));
  const active = summarize(completed.map(({ totalMs, waitedMs }) => totalMs - waitedMs));
  return {
    orders: counts,
    waiting: summarizeBacklogs(orders.flatMap((order) => findPendingAttempt(order, 1) ?? [])),
    ...(ended === 0
      ? {}
      : {
          rates: {
            completed: counts.completed / ended,
            failed: counts.failed / ended,
            cancelled: counts.cancelled / ended,
          },
        }),
    times: { ...(endToEnd ? { endToEnd } : {}), ...(active ? { active } : {}) },
    stages: await summarizeStages(measured),
    failures: countFailures(orders),
    busiestSecond: Math.max(
      0,
      ...countBy(orders, ({ createdAt }) => createdAt.slice(0, 19)).values(),
    ),
  };
}

async function measureOrders(
  orders: readonly CountedOrder[],
  waits: WaitDurations,
): Promise<MeasuredOrder[]> {
  const measured: MeasuredOrder[] = [];
  for (const [index, { status, transitions }] of orders.entries()) {
    if (index % maxUninterrupted === 0) await setImmediate();
    if (transitions) measured.push({ status, ...measureStages({ transitions }, waits) });
  }
  return measured;
}

async function summarizeStages(
  measured: readonly MeasuredOrder[],
): Promise<OrderFigures['stages']> {
  const summaries: OrderFigures['stages'][number][] = [];
  for (const stage of timedStages) {
    await setImmediate();
    const statistics = summarize(measured.flatMap(({ stages }) => stages.get(stage) ?? []));
    if (statistics) summaries.push({ stage, ...statistics });
  }
  return summaries;
}

function countByState(orders: readonly CountedOrder[]): OrderCounts {
  const counts = countBy(orders, ({ status }) => status);
  const count = (status: CountedOrder['status']) => counts.get(status) ?? 0;
  const inReview = count('awaiting-review');
  return {
    started: orders.length,
    completed: count('completed'),
    failed: count('failed'),
    cancelled: count('cancelled'),
    running: orders.filter(({ status }) => !isTerminal(status)).length - inReview,
    inReview,
  };
}

function countFailures(orders: readonly CountedOrder[]): OrderFigures['failures'] {
  const failures = orders.flatMap(({ status, failure }) =>
    status === 'failed' && failure ? [failure] : [],
  );
  const counts = countBy(failures, ({ code, stage }) => `${stage} ${code}`);
  const kinds = new Map(failures.map((failure) => [`${failure.stage} ${failure.code}`, failure]));
  return [...counts].flatMap(([kind, count]) => {
    const { code, stage } = kinds.get(kind) ?? {};
    return code && stage ? [{ code, stage, orders: count }] : [];
  });
}
