/** What the orders of a stretch of time were like, in figures. Pure. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isEnd, type StageId } from '../../../functions/contract/workflow.ts';
import { countBy } from '../../workflow/count-by.ts';
import {
  type TimedStage,
  timedStages,
  timeSpent,
  type WaitLengths,
} from '../../workflow/durations.ts';
import { type Statistics, statisticsOf } from '../../workflow/statistics.ts';
import type { ListedOrder } from '../lookup/listing-index.ts';

/** An order as the listing index has it and, where its item may be read, what that adds. */
export type CountedOrder = Pick<ListedOrder, 'orderId' | 'status' | 'createdAt' | 'updatedAt'> &
  Partial<Pick<OrderRecord, 'transitions' | 'failure'>>;

export interface OrderCounts {
  readonly started: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  /** On their way, without those that wait for a review. */
  readonly running: number;
  readonly inReview: number;
}

export interface Figures {
  readonly orders: OrderCounts;
  /** Shares of the orders that have ended, 0 to 1; absent while none has. */
  readonly rates?: {
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
  };
  /** Of the orders that completed, ms. */
  readonly times: {
    readonly endToEnd?: Statistics;
    /** Without waits and reviews. */
    readonly active?: Statistics;
  };
  /** In the order of the workflow, ms; those that no order has been through are absent. */
  readonly stages: readonly (Statistics & { readonly stage: TimedStage })[];
  /** The most frequent first. */
  readonly failures: readonly {
    readonly code: string;
    readonly stage: StageId;
    readonly orders: number;
  }[];
  /** The most orders that were begun within one second of the clock. */
  readonly busiestSecond: number;
}

/** Measures the orders; without their items only counts, rates and the busiest second are told. */
export function figuresOf(orders: readonly CountedOrder[], waits: WaitLengths): Figures {
  const counts = countsOf(orders);
  const ended = counts.completed + counts.failed + counts.cancelled;
  const spent = orders.flatMap(({ status, transitions }) =>
    transitions ? [{ status, ...timeSpent({ transitions }, waits) }] : [],
  );
  const completed = spent.filter(({ status }) => status === 'completed');
  const endToEnd = statisticsOf(completed.map(({ totalMs }) => totalMs));
  const active = statisticsOf(completed.map(({ totalMs, waitedMs }) => totalMs - waitedMs));
  return {
    orders: counts,
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
    stages: timedStages.flatMap((stage) => {
      const statistics = statisticsOf(spent.flatMap(({ stages }) => stages.get(stage) ?? []));
      return statistics ? [{ stage, ...statistics }] : [];
    }),
    failures: failuresOf(orders),
    busiestSecond: Math.max(
      0,
      ...countBy(orders, ({ createdAt }) => createdAt.slice(0, 19)).values(),
    ),
  };
}

function countsOf(orders: readonly CountedOrder[]): OrderCounts {
  const by = countBy(orders, ({ status }) => status);
  const count = (status: CountedOrder['status']) => by.get(status) ?? 0;
  const inReview = count('awaiting-review');
  return {
    started: orders.length,
    completed: count('completed'),
    failed: count('failed'),
    cancelled: count('cancelled'),
    running: orders.filter(({ status }) => !isEnd(status)).length - inReview,
    inReview,
  };
}

function failuresOf(orders: readonly CountedOrder[]): Figures['failures'] {
  const failures = orders.flatMap(({ status, failure }) =>
    status === 'failed' && failure ? [failure] : [],
  );
  const counts = countBy(failures, ({ code, stage }) => `${stage} ${code}`);
  const kinds = new Map(failures.map((each) => [`${each.stage} ${each.code}`, each]));
  return [...counts].flatMap(([kind, count]) => {
    const { code, stage } = kinds.get(kind) ?? {};
    return code && stage ? [{ code, stage, orders: count }] : [];
  });
}
